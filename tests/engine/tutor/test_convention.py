"""What is written, hinted at and explained keeps to what a program does on purpose: multiples and parts."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import Report
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.tutor.explanation import Explanation, explain
from backprop_tui.engine.tutor.hints import hint
from backprop_tui.engine.tutor.own_terms import TermsOf
from backprop_tui.engine.tutor.study import study
from backprop_tui.engine.tutor.writing import write

Build = Callable[..., Program]


def checked(text: str) -> Report:
    return check(parse(text, "written"))


def backward_of(text: str) -> str:
    return text.partition("# %% backward\n")[2].partition("# %% update")[0].strip()


def hinted(program: Program, tensor: str) -> tuple[str, ...]:
    found = study(program)
    terms = TermsOf(found, found.judgements)(tensor)
    return hint(program, terms.derivation, tensor, 5, terms.convention)


def explained(program: Program, tensor: str) -> Explanation:
    found = study(program)
    return explain(program, found.iteration, TermsOf(found, found.judgements)(tensor), tensor)


def without(lines: str, *names: str) -> str:
    """The lines of a backward section but those that write one of these."""
    return "\n".join(one for one in dedent(lines).splitlines() if not one.startswith(names))


CONVENTION = {
    "setup": "import torch\nm = 6\nX = torch.randn(m, 4)\nY = (torch.rand(m, 1) > 0.5).float()",
    "parameters": "W1 = torch.randn(4, 3)\nW2 = torch.randn(3, 1)\nb2 = torch.zeros(1)",
    "forward": """
        A1 = torch.tanh(X @ W1)
        Z2 = A1 @ W2 + b2
        A2 = torch.sigmoid(Z2)
        loss = -(Y * torch.log(A2) + (1 - Y) * torch.log(1 - A2)).sum() / m
    """,
    "update": "W1 = W1 - dW1",
}


class TestPutOff:
    """Programs that put one over m off until the gradients of the parameters."""

    LINES = """
        dZ2 = A2 - Y
        dW2 = A1.T @ dZ2 / m
        db2 = dZ2.sum(0) / m
        dA1 = dZ2 @ W2.T
        dW1 = X.T @ (dA1 * (1 - A1 ** 2)) / m
    """

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("dW2", "dW2 = A1.T @ dZ2 / m"),
            ("db2", "db2 = dZ2.sum(0) / m"),
            ("dA1", "dA1 = dZ2 @ W2.T"),
            ("dW1", "dW1 = X.T @ ((1 - A1 ** 2) * dA1) / m"),
        ],
    )
    def test_what_is_missing_keeps_to_it(self, build: Build, name: str, line: str) -> None:
        lines = [one for one in self.LINES.splitlines() if f"{name} =" not in one]
        written = write(build(**CONVENTION, backward="\n".join(lines)), missing=True)
        assert line in backward_of(written.text).splitlines()
        assert checked(written.text).exit_code == 0
        assert written.convention.startswith("convention: dZ2 is 6 times the gradient of Z2 throughout")

    @pytest.mark.parametrize("names", [["dZ2"], ["dZ2", "dA1"], ["dZ2", "dW2", "db2"], ["dW2", "db2", "dW1"]])
    def test_so_does_what_is_missing_above_the_lines_that_divide(
        self, build: Build, names: list[str]
    ) -> None:
        lines = [one for one in self.LINES.splitlines() if not any(f"{name} =" in one for name in names)]
        text = write(build(**CONVENTION, backward="\n".join(lines)), missing=True).text
        assert checked(text).exit_code == 0, text

    def test_a_backward_that_is_written_anew_has_none(self, build: Build) -> None:
        text = write(build(**CONVENTION, backward=self.LINES)).text
        assert "dW2 = A1.T @ dZ2\n" in text
        assert all(one.verdict in ("exact", "close") for one in checked(text).gradients)

    def test_a_hint_says_what_the_convention_is(self, build: Build) -> None:
        said = hinted(build(**CONVENTION, backward=without(self.LINES, "dW2 =")), "W2")
        assert said[0] == "dW2 = A1.T @ dZ2 / m"
        assert said[-1].startswith("convention: dZ2 is 6 times the gradient of Z2 throughout")

    def test_a_wrong_line_is_put_right_in_the_scale_of_the_others(self, build: Build) -> None:
        wrong = self.LINES.replace("A2 - Y", "Y - A2")
        assert hinted(build(**CONVENTION, backward=wrong), "Z2")[0] == "dZ2 = m * A2 * (1 - A2) * dA2"

    def test_an_explanation_has_its_numbers(self, build: Build) -> None:
        said = explained(build(**CONVENTION, backward=self.LINES), "W2")
        assert said.uses[0].term == "dW2 += A1.T @ dZ2 / m"
        assert said.uses[0].numbers[-1].endswith(f"/ 6 = {said.total}")
        assert said.convention.startswith("convention: dZ2 is 6 times")

    def test_one_factor_that_is_no_size_is_a_slip_and_no_convention(self, build: Build) -> None:
        program = build(
            forward="H = W * x\nk = H ** 2\nq = k ** 2\nloss = q.sum()",
            backward="dq = torch.ones_like(q)\ndk = 4 * k * dq\ndH = 2 * H * dk",
        )
        written = write(program, missing=True)
        assert "dW = x * dH" in backward_of(written.text).splitlines()
        assert not written.convention


TWO_SCALES = {
    "setup": "import torch\nm, K = 5, 3\nX = torch.randn(m, 4)\nY = torch.randn(m, K)",
    "parameters": "W1 = torch.randn(4, 2)\nW2 = torch.randn(2, K)\nV = torch.randn(4, K)",
    "forward": """
        A = torch.tanh(X @ W1)
        E = A @ W2 - Y
        r = torch.sigmoid(X @ V)
        loss = (E ** 2).sum() / m + (r ** 2).mean()
    """,
    "update": "V = V - dV",
}


class TestTwoScales:
    """A program in which one over m is put off in one branch, and 2 over m times K in another."""

    LINES = """
        dE = 2 * E
        dW2 = A.T @ dE / m
        dA = dE @ W2.T
        dW1 = X.T @ (dA * (1 - A ** 2)) / m
        dr = r
        dV = 2 * X.T @ (dr * r * (1 - r)) / (m * K)
    """

    @pytest.mark.parametrize("names", [["dE"], ["dr"], ["dV"], ["dA"], ["dE", "dr"], ["dW2", "dW1", "dV"]])
    def test_each_is_kept_to(self, build: Build, names: list[str]) -> None:
        lines = without(self.LINES, *(f"{name} =" for name in names))
        written = write(build(**TWO_SCALES, backward=lines), missing=True)
        assert not written.unwritten
        assert checked(written.text).exit_code == 0, written.text

    def test_both_are_told_in_one_sentence(self, build: Build) -> None:
        (note,) = checked(build(**TWO_SCALES, backward=self.LINES).text).notes
        assert note.startswith("convention: dE is 5 times the gradient of E and dr is 7.5 times")


PARTS = {
    "setup": "import torch\nx = torch.randn(5, 4)",
    "parameters": "W = torch.randn(4, 4)\nV = torch.randn(4, 4)",
    "forward": """
        q = torch.tanh(x @ W)
        o = q @ V + q
        loss = (o ** 2).sum()
    """,
    "update": "W = W - dW",
}


class TestParts:
    """A program in which one name holds a contribution and another the gradient."""

    LINES = """
        do = 2 * o
        dV = q.T @ do
        dq = do @ V.T
        total = dq + do
        dW = x.T @ (total * (1 - q ** 2))
    """

    def test_what_is_made_from_it_reads_the_name_that_holds_all(self, build: Build) -> None:
        text = write(build(**PARTS, backward=without(self.LINES, "dW =")), missing=True).text
        assert "dW = x.T @ ((1 - q ** 2) * total)" in backward_of(text)
        assert checked(text).exit_code == 0

    def test_the_contribution_is_written_as_such(self, build: Build) -> None:
        written = write(build(**PARTS, backward=without(self.LINES, "dq =")), missing=True)
        assert "dq = do @ V.T" in backward_of(written.text).splitlines()
        assert checked(written.text).exit_code == 0
        assert "dq is one of several contributions to the gradient of q" in written.convention


SCALED_UP = """\
# %% setup
import torch
X = torch.randn(5, 3)
y = torch.randn(5)
S = 1024.0
# %% parameters
w = torch.randn(3)
b = torch.zeros(())
# %% forward
p = X @ w + b
loss = ((p - y) ** 2).mean()
# %% backward
dp = S * 2 * (p - y) / 5
dw = ...
db = dp.sum() / S
"""


def test_what_one_line_undoes_another_that_is_written_undoes_by_the_same_name() -> None:
    written = write(parse(SCALED_UP, "scaled"), missing=True)
    assert "dw = X.T @ dp / S\n" in written.text
    assert not written.unwritten
    assert checked(written.text).exit_code == 0


def test_what_stands_for_no_gradient_of_the_forward_could_not_be_written() -> None:
    text = SCALED_UP.replace("S * ", "").replace(" / S", "").replace("dw = ...", "dpre = ...\ndw = X.T @ dp")
    assert dict(write(parse(text, "unpaired"), missing=True).unwritten).keys() == {"dpre"}


NAMESAKE = """\
# %% setup
import torch
at = torch.tensor([1, 2, 0, 3, 3])
X = torch.randn(5, 3)
count = torch.tensor([1.0, 1.0, 1.0, 2.0])
# %% parameters
V = torch.randn(3, 3)
# %% forward
M = X @ V
mean = torch.zeros(4, 3).index_add(0, at, M) / count[:, None]
out = mean ** 2
loss = out.mean()
# %% backward
dout = torch.ones_like(out) / out.numel()
dmean = 2 * mean * dout / count[:, None]
dM = dmean[at].flip(0)
dV = X.T @ dM
"""


def test_a_name_that_is_the_gradient_of_something_else_is_not_hinted_at() -> None:
    line, told = hinted(parse(NAMESAKE, "namesake"), "M")
    assert line == "dM = (grad_mean / count[:, None]).index_select(0, at)"
    assert told == "It reads grad_mean, which no line of the program writes so far."


QUOTIENT = """\
# %% setup
import torch
x = torch.randn(5, 3)
# %% parameters
w = torch.randn(3)
# %% forward
en = torch.exp(x @ w)
s = en.sum()
p = en / s
loss = (p ** 2).sum()
# %% backward
den = s ** 2
dp = 2 * p
ds = -(dp * en).sum() / den
g = dp / s + ds
dw = x.T @ g
"""


def test_a_helper_that_a_hint_reads_is_written() -> None:
    said = hinted(parse(QUOTIENT, "quotient"), "w")
    assert said == ("dw = x.T @ (en * g)",)
