"""Each kind of slip in a small program, and the exact sentence that names it."""

from __future__ import annotations

import re

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.diagnosis.diagnose import diagnose
from backprop_tui.engine.judging.diagnosis.diagnosis import Diagnosis, applied
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.judging.linecheck.lines.outcome import LineCheck
from backprop_tui.engine.program.program import parse

BEFORE = """\
# %% setup
import torch
x = torch.randn(5, 3)
y = torch.randn(5, 2)
ix = torch.tensor([0, 1, 1, 2, 0])
n = 5
rate = 0.3
# %% parameters
W = torch.randn(3, 2)
b = torch.randn(1, 2)
E = torch.randn(3, 2)
# %% forward
e = E[ix]
hpre = x @ W + b + e
h = torch.tanh(hpre)
scaled = hpre * h
err = scaled - y
sq = err ** 2
loss = sq.sum() / n
# %% backward
"""
RIGHT = """\
dsq = torch.ones_like(sq) / n
derr = 2 * err * dsq
dscaled = derr
dh = hpre * dscaled
dhpre = h * dscaled
dhpre += (1 - h ** 2) * dh
dW = x.T @ dhpre
db = dhpre.sum(0, keepdim=True)
de = dhpre
dE = torch.zeros_like(E)
dE.index_add_(0, ix, de)
"""


def checked(text: str) -> tuple[dict[str, Diagnosis], LineCheck]:
    """The diagnoses of a program, and what the line check says of it."""
    session = Session(parse(text, "subject"))
    assert session.begin() is None
    record = session.iterate()
    check = check_lines(session, record)
    return diagnose(session, record, check), check


def diagnosed(old: str, new: str, before: str = BEFORE, right: str = RIGHT) -> Diagnosis:
    """The only diagnosis where one line stands for another; its edit is tried as well."""
    assert old in right
    text = before + right.replace(old, new)
    found, _ = checked(text)
    ((name, one),) = found.items()
    if one.edit:
        _, check = checked(applied(text, one))
        assert check.judgements[name].verdict.passes
    return one


@pytest.mark.parametrize(
    ("old", "new", "kind", "message"),
    [
        ("derr = 2 * err * dsq", "derr = -2 * err * dsq", "sign_flipped", "sign flipped"),
        (
            "dhpre += (1 - h ** 2) * dh",
            "dhpre += (1 + h ** 2) * dh",
            "sign_flipped",
            "sign flipped: 1 + h ** 2 where 1 - h ** 2 belongs",
        ),
        (
            "dhpre += (1 - h ** 2) * dh",
            "dhpre -= (1 - h ** 2) * dh",
            "sign_flipped",
            "sign flipped: -= where += belongs",
        ),
        ("/ n\n", "\n", "constant_factor", "n times too large"),
        ("/ n\n", "/ n / n\n", "constant_factor", "n times too small"),
        ("/ n\n", "/ (n - 1)\n", "constant_factor", "n / (n - 1) times what it should be"),
        ("derr = 2 * err", "derr = err", "constant_factor", "2 times too small"),
        ("derr = 2 * err", "derr = rate * 2 * err", "constant_factor", "rate times too large"),
        (
            "dhpre += (1 - h ** 2) * dh",
            "dhpre += (1 - h ** 2) * dh / n",
            "constant_factor",
            "divided by n, which does not belong there",
        ),
        (
            "dW = x.T @ dhpre",
            "dW = (dhpre.T @ x)",
            "transposed",
            "transposed: dhpre.T @ x where x.T @ dhpre belongs",
        ),
        (
            "db = dhpre.sum(0, keepdim=True)",
            "db = dhpre",
            "sum_missing",
            "the sum over dimension 0 is missing: b was broadcast",
        ),
        (
            "dscaled = derr",
            "dscaled = derr.sum(0, keepdim=True)",
            "summed_too_much",
            "summed over dimension 0, where nothing is to be summed",
        ),
        ("db = dhpre.sum(0, keepdim=True)", "db = dhpre.sum(0)", "keepdim_lost", "keepdim=True is missing"),
        (
            "db = dhpre.sum(0, keepdim=True)",
            "db = dhpre.sum(1, keepdim=True)",
            "wrong_dimension",
            "summed over the wrong dimension: dhpre.sum(1, keepdim=True) "
            "where dhpre.sum(0, keepdim=True) belongs",
        ),
        ("dh = hpre * dscaled", "dh = dscaled", "factor_missing", "missing the factor hpre"),
        (
            "dhpre += (1 - h ** 2) * dh",
            "dhpre += (1 - h) * dh",
            "factor_missing",
            "missing the factor h: 1 - h for 1 - h * h",
        ),
        ("dh = hpre * dscaled", "dh = hpre * h * dscaled", "factor_extra", "the factor h is too much"),
        (
            "dh = hpre * dscaled",
            "dh = hpre",
            "upstream_missing",
            "missing the upstream gradient dscaled: only the local derivative is written",
        ),
        (
            "db = dhpre.sum(0, keepdim=True)",
            "db = dh.sum(0, keepdim=True)",
            "wrong_upstream",
            "reads dh where dhpre belongs: hpre is what uses this tensor",
        ),
        (
            "dhpre += (1 - h ** 2) * dh\n",
            "",
            "path_missing",
            "hpre is also used by h; its contribution is missing",
        ),
        ("de = dhpre\n", "de = dhpre + dhpre\n", "counted_twice", "the same is counted twice"),
        (
            "dhpre += (1 - h ** 2) * dh\n",
            "dhpre += (1 - h ** 2) * dh\ndhpre += (1 - h ** 2) * dh\n",
            "counted_twice",
            "line 27 adds the same as line 26: it is counted twice",
        ),
        (
            "dhpre += (1 - h ** 2) * dh",
            "dhpre = (1 - h ** 2) * dh",
            "overwritten",
            "= where += was meant: what line 25 wrote is thrown away",
        ),
        (
            "dE.index_add_(0, ix, de)",
            "dE[ix] += de",
            "indices_overwritten",
            "repeated indices overwrite each other: only one of the values for an entry is kept",
        ),
        (
            "db = dhpre.sum(0, keepdim=True)",
            "db = dhpre.mean(0, keepdim=True)",
            "mean_for_sum",
            "the mean is written where the sum belongs",
        ),
        ("h ** 2)", "h ** 3)", "wrong_power", "wrong power: h ** 3 where h ** 2 belongs"),
        (
            "dhpre += (1 - h ** 2) * dh",
            "dhpre + (1 - h ** 2) * dh",
            "no_effect",
            "line 26 has no effect: dhpre + (1 - h ** 2) * dh is thrown away",
        ),
        (
            "dhpre += (1 - h ** 2) * dh",
            "dhpre += (1 - hpre ** 2) * dh",
            "wrong_tensor",
            "reads hpre where h belongs: hpre ** 2 for h ** 2",
        ),
        (
            "dW = x.T @ dhpre",
            "dW = torch.zeros_like(W)",
            "constant_written",
            "zeros are written, whatever comes from upstream",
        ),
        (
            "dh = hpre * dscaled",
            "dh = h * dscaled",
            "wrong_tensor",
            "reads h where hpre belongs: h * dscaled for hpre * dscaled",
        ),
        (
            "dW = x.T @ dhpre",
            "dW = torch.zeros_like(W)\nfor i in range(n):\n    dW += torch.outer(x[i], dh[i])",
            "wrong_upstream",
            "reads dh where dhpre belongs: hpre is what uses this tensor",
        ),
    ],
)
def test_a_slip_is_named(old: str, new: str, kind: str, message: str) -> None:
    found = diagnosed(old, new)
    assert (found.kind, found.message) == (kind, message)


def test_a_value_overwritten_before_it_is_read_is_named_with_the_line_that_does_it() -> None:
    found = diagnosed("dsq = torch.ones_like(sq) / n\n", "dsq = err\ndsq[:] = 1 / n\n")
    assert (found.kind, found.message) == (
        "value_overwritten",
        "line 22 overwrites err in place before this line reads it",
    )
    assert found.edit == "dsq = err.clone()"


def test_a_line_that_overwrites_a_value_for_nothing_is_to_come_later() -> None:
    found = diagnosed("dhpre = h * dscaled", "h[0] = 0\ndhpre = h * dscaled")
    assert found.message == "line 25 overwrites h in place before this line reads it"


def test_a_gradient_read_before_it_is_complete_is_to_be_read_later() -> None:
    early = RIGHT.replace("de = dhpre\n", "").replace(
        "dhpre += (1 - h ** 2) * dh\n", "de = dhpre.clone()\ndhpre += (1 - h ** 2) * dh\n"
    )
    text = BEFORE + early
    found, _ = checked(text)
    assert found["de"].kind == "read_too_early"
    assert found["de"].message == "reads dhpre before line 27 completes it"
    _, check = checked(applied(text, found["de"]))
    assert check.judgements["de"].verdict.passes


MEAN = BEFORE.replace("loss = sq.sum() / n", "loss = sq.mean()")


def test_the_sum_for_a_mean_is_named_by_the_line_that_takes_it() -> None:
    right = RIGHT.replace("/ n", "/ sq.numel()")
    found = diagnosed(" / sq.numel()", "", MEAN, right)
    assert (found.kind, found.message) == (
        "mean_for_sum",
        "the gradient of the sum is written where line 19 takes the mean",
    )


def test_the_mean_for_a_sum_is_named_by_the_line_that_takes_it() -> None:
    before = BEFORE.replace("loss = sq.sum() / n", "loss = sq.sum()")
    right = RIGHT.replace(" / n", "")
    found = diagnosed("torch.ones_like(sq)", "torch.ones_like(sq) / sq.numel()", before, right)
    assert found.message == "the gradient of the mean is written where line 19 takes the sum"


PRODUCT = """\
# %% setup
import torch
# %% parameters
p = torch.randn(4)
q = torch.randn(4)
# %% forward
a = p * q
c = a.exp()
loss = c.sum()
# %% backward
dc = torch.ones_like(c)
da = c * dc
dp = q * da
"""


SQUARE = """\
# %% setup
import torch
x = torch.randn(4, 3)
# %% parameters
W = torch.randn(3, 4)
b = torch.randn(4)
# %% forward
z = x @ W + b
loss = (z ** 2).sum()
# %% backward
"""


def test_over_the_wrong_dimension_of_a_square_is_no_transposition() -> None:
    found = diagnosed("sum(0)", "sum(1)", SQUARE, "dz = 2 * z\ndb = dz.sum(0)\n")
    assert (found.kind, found.edit) == ("wrong_dimension", "db = dz.sum(0)")


def test_the_gradient_of_another_tensor_is_named() -> None:
    found = diagnosed("dq = p * da", "dq = dp.clone()", PRODUCT, "dq = p * da")
    assert (found.kind, found.message) == ("other_gradient", "this is the gradient of p, not of q")


def test_nothing_simple_is_said_to_be_nothing_simple_with_the_entries_that_differ() -> None:
    found = diagnosed("dh = hpre * dscaled", "dh = (hpre * dscaled).sin() + (h * y).cos().cumsum(0)")
    assert found.kind == "unexplained"
    assert re.fullmatch(
        r"no simple explanation found \(at random upstream gradients 10 of 10 entries differ, "
        r"most at \[\d, \d\]: -?\S+ for -?\S+\)",
        found.message,
    )
    assert found.edit == ""
    assert found.suggestion == "dh = hpre * dscaled"


def test_the_evidence_and_the_suggestion_are_the_edited_line() -> None:
    found = diagnosed("dW = x.T @ dhpre", "dW = -x.T @ dhpre")
    assert found.edit == "dW = x.T @ dhpre"
    assert found.evidence == "line 27 as 'dW = x.T @ dhpre' is right, whatever comes from upstream"
    assert (found.suggestion, found.instead_of) == ("dW = x.T @ dhpre", (27,))


def test_right_lines_and_lines_that_raise_get_no_diagnosis() -> None:
    assert checked(BEFORE + RIGHT)[0] == {}
    found, check = checked(BEFORE + RIGHT.replace("dW = x.T @ dhpre", "dW = x @ dhpre"))
    assert "do not fit" in check.judgements["dW"].message
    assert found == {}


def test_the_session_is_as_it_was() -> None:
    session = Session(parse(BEFORE + RIGHT.replace("dh = hpre", "dh = -hpre"), "subject"))
    assert session.begin() is None
    record = session.iterate()
    before = {name: value for name, value in session.namespace.items() if not name.startswith("__")}
    sums = {name: float(session.namespace[name].sum()) for name in ("h", "dh", "W", "err")}
    assert diagnose(session, record, check_lines(session, record))
    after = {name: value for name, value in session.namespace.items() if not name.startswith("__")}
    assert after.keys() == before.keys()
    assert all(after[name] is before[name] for name in before)
    assert sums == {name: float(session.namespace[name].sum()) for name in sums}


COMPLEX = """\
# %% setup
import torch
x = torch.randn(5, 3, dtype=torch.cfloat)
# %% parameters
W = torch.randn(3, 2, dtype=torch.cfloat)
s = torch.randn(2)
# %% forward
z = x @ W
h = z * s
a = h.abs()
loss = (a ** 2).mean()
# %% backward
da = 2 * a / a.numel()
dh = h / a * da
dz = dh * s
ds = (z.conj() * dh).sum(0).real
dW = x.conj().T @ dz
"""


@pytest.mark.parametrize(
    ("line", "wrong", "kind", "sentence"),
    [
        ("dW = x.conj().T @ dz", "dW = x.T @ dz", "conjugate", "x has to be conjugated"),
        (
            "dh = h / a * da",
            "dh = h.conj() / a * da",
            "conjugate",
            "conjugates h, which has to stay as it is",
        ),
        (
            "ds = (z.conj() * dh).sum(0).real",
            "ds = (z.conj() * dh).sum(0)",
            "real_part",
            "only (z.conj() * dh).sum(0).real is its gradient",
        ),
        ("dz = dh * s", "dz = -dh * s", "sign_flipped", "sign flipped: -dh where dh belongs"),
        ("dz = dh * s", "dz = 2 * dh * s", "factor_extra", "the factor 2 is too much"),
    ],
)
def test_slips_with_complex_numbers(line: str, wrong: str, kind: str, sentence: str) -> None:
    found, _ = checked(COMPLEX.replace(line, wrong))
    (one,) = found.values()
    assert (one.kind, one.message) == (kind, sentence)
