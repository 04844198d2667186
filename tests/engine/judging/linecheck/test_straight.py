"""The short way of proving lines right: it says what the long way says, and leaves to it what it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.linecheck.line_check import _Check, check_lines
from backprop_tui.engine.judging.linecheck.outcome import LineJudgement
from backprop_tui.engine.judging.linecheck.plan import reading_of
from backprop_tui.engine.program.library import bundled_names, load
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

SPELLINGS = sorted((Path(__file__).parents[3] / "programs" / "spellings").glob("*.py"))
TWO_LAYERS = {
    "setup": "import torch\nx = torch.randn(5, 3)\ny = torch.randn(5, 2)",
    "parameters": "W = torch.randn(3, 4)\nV = torch.randn(4, 2)",
    "forward": "h = torch.tanh(x @ W)\no = h @ V\ne = o - y\nloss = (e**2).mean()",
    "backward": """de = 2 * e / e.numel()
do = de.clone()
dV = h.T @ do
dh = do @ V.T
dW = x.T @ (dh * (1 - h * h))""",
    "update": "W = W - 0.1 * dW\nV = V - 0.1 * dV",
}
Checked = tuple[bool, dict[str, LineJudgement]]


def checked(program: Program, iterations: int = 2) -> Checked:
    """Whether the short way proved it, and what is said of every line."""
    session = Session(program)
    assert session.begin() is None
    for _ in range(iterations):
        record = session.iterate()
    assert record.failure is None
    found = check_lines(session, record)
    assert not found.problem
    straight = reading_of(session, record).straight
    return straight is not None and straight.worth, dict(found.judgements)


def the_long_way(
    program: Program, monkeypatch: pytest.MonkeyPatch, iterations: int = 2
) -> dict[str, LineJudgement]:
    with monkeypatch.context() as patch:
        patch.setattr(_Check, "_proven", lambda check: None)
        return checked(program, iterations)[1]


@pytest.mark.parametrize("name", [*bundled_names(), *map(str, SPELLINGS)], ids=lambda name: Path(name).stem)
def test_both_ways_say_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = checked(load(name))[1], the_long_way(load(name), monkeypatch)
    assert list(short) == list(long)
    for one, other in zip(short.values(), long.values(), strict=True):
        assert one._replace(maxdiff=None) == other._replace(maxdiff=None)


@pytest.mark.parametrize("name", [name for name in bundled_names() if name != "batchnorm_mlp_fused"])
def test_bundled_programs_without_loops_are_proved_the_short_way(name: str) -> None:
    assert checked(load(name))[0]


def changed(build: Callable[..., Program], **sections: tuple[str, str]) -> Program:
    texts = dict(TWO_LAYERS)
    for section, (old, new) in sections.items():
        assert old in texts[section]
        texts[section] = texts[section].replace(old, new)
    return build(**texts)


def test_a_wrong_line_is_left_to_the_long_way_and_blamed(build: Callable[..., Program]) -> None:
    proved, found = checked(changed(build, backward=("dh = do @ V.T", "dh = -(do @ V.T)")), 1)
    assert not proved
    assert {n for n, one in found.items() if one.verdict is Verdict.WRONG_HERE} == {"dh"}


@pytest.mark.parametrize(
    "sections",
    [
        {
            "forward": ("o = h @ V", "keep = h\no = keep @ V"),
            "backward": ("dh = do @ V.T", "dkeep = do @ V.T\ndh = do @ V.T"),
        },
        {"forward": ("o = h @ V", "o = h @ V\nif o.numel() > 3:\n    o = o * 1")},
        {"forward": ("e = o - y", "e = (o - y).to(torch.float32)")},
        {"forward": ("o = h @ V", "o = h @ V\nsize = h.detach()\nsize += 1\nsize -= 1")},
        {"backward": ("do = de.clone()", "do = de\ndo *= 1")},
        {"backward": ("dV = h.T @ do", "same = do\nsame *= 1\ndV = h.T @ same")},
        {"backward": ("dh = do @ V.T", "dh = torch.zeros_like(h)\nrow = dh[0]\nrow += 0\ndh += do @ V.T")},
        {"setup": ("import torch", "import torch\nfrom torch.autograd import grad as slope")},
    ],
)
def test_what_is_not_plain_is_left_to_the_long_way(
    sections: dict[str, tuple[str, str]], build: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    proved, found = checked(changed(build, **sections))
    assert not proved
    assert found == the_long_way(changed(build, **sections), monkeypatch)


UNSEEN = "q = torch.softmax(p, 1)\nloss = (o**2).sum() + q.sum()"
"""What goes into p carries a gradient of zero, so that only the line check sees it."""
HIDDEN = {
    "setup": "import torch\nx = torch.randn(5, 3)",
    "parameters": "W = torch.randn(3, 4)",
    "forward": f"a = x @ W\no = a * a\np = 3 * a\n{UNSEEN}",
    "backward": """dq = torch.ones_like(q)
dp = q * (dq - (dq * q).sum(1, keepdim=True))
do = 2 * o
da = 2 * a * do
dW = x.T @ (da + 3 * dp)""",
    "update": "W = W - 0.001 * dW",
}


@pytest.mark.parametrize(
    ("first", "functions"),
    [
        ("t = x @ W\na = t\no = a * a\np = 3 * t", ""),
        ("a = b = x @ W\no = a * a\np = 3 * b", ""),
        ("t = x @ W\na = t.contiguous()\no = a * a\np = 3 * t", ""),
        ("ts = [x @ W]\na = ts[0]\no = a * a\np = 3 * ts[0]", ""),
        ("a, p = pair(x)\no = a * a", "def pair(v):\n    u = v @ W\n    return u, 3 * u"),
        (
            "a = kept(x)\no = a * a\np = 3 * keep",
            "def kept(v):\n    global keep\n    keep = v @ W\n    return keep",
        ),
    ],
)
def test_what_goes_on_from_a_tensor_before_its_cut_is_seen(
    first: str, functions: str, build: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    sections = {**HIDDEN, "setup": f"{HIDDEN['setup']}\n{functions}", "forward": f"{first}\n{UNSEEN}"}
    proved, found = checked(build(**sections), 1)
    assert not proved
    assert found["dW"].verdict is Verdict.WRONG_HERE
    assert found == the_long_way(build(**sections), monkeypatch, 1)


SAME = "def same(v):\n    return v\ndef times(u, v):\n    return 3 * v if u is v else 5 * v"
CAUGHT = """import torch.nn.functional as F
def act(v):
    try:
        return F.relu(v, inplace=True)
    except RuntimeError:
        return 5 * v"""
MATCHED = """def leafy(v):
    match v:
        case object(is_leaf=True):
            return 5 * v
    return 3 * v"""
INPLACE = "import torch.nn.functional as F\ndef act(v):\n    return F.relu(v, inplace=True)"


@pytest.mark.parametrize(
    ("first", "functions"),
    [
        ("t = x @ W\na = t\np = 3 * a if a is t else 5 * a", ""),
        ("t = x @ W\na = t\np = 3 * a if a is not None and a is t else 5 * a", ""),
        ("t = x @ W\na = same(t)\np = times(a, t)", SAME),
        ("t = x @ W\na = t\nscale = {t: 3}\np = a * (3 if a in scale else 5)", ""),
        ("t = x @ W\na = t\np = a * (3 if id(a) == id(t) else 5)", ""),
        ("t = x @ W\na = t\np = a * (3 if len({a, t}) == 1 else 5)", ""),
        ("t = x @ W\na = t\np = 3 * a if 'Mm' in str(a) else 5 * a", ""),
        ("t = x @ W\na = t\np = 3 * a if f'{a}'.count('Mm') else 5 * a", ""),
        ("t = x @ W\na = t\np = 3 * a if ('%s' % a).count('Mm') else 5 * a", ""),
        ("a = x @ W\np = 3 * a\n(2 * p).sum().backward(retain_graph=True)", ""),
        ("t = x @ W\na = t + 0\np = act(a)", CAUGHT),
        ("a = x @ W\np = leafy(a)", MATCHED),
        ("t = x @ W\na = t\nk = 5 * a\nz = act(t)\np = 3 * a + k", INPLACE),
        ("t = x @ W\na = t\nk = 5 * a\nz = list(map(torch.neg_, [t]))\np = 3 * a + k", ""),
        (
            "t = x @ W\na = t\nk = 5 * a\nz = torch.nn.functional.relu(t, **flag)\np = 3 * a + k",
            "flag = {'inplace': True}",
        ),
    ],
)
def test_a_program_that_could_tell_a_leaf_from_a_tensor_is_left_to_the_long_way(
    first: str, functions: str, build: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    sections = {
        **HIDDEN,
        "setup": f"{HIDDEN['setup']}\n{functions}",
        "forward": f"{first}\no = 2 * (x @ W)\n{UNSEEN}",
        "backward": HIDDEN["backward"]
        .replace("da = 2 * a * do", "da = 5 * dp")
        .replace("(da + 3 * dp)", "(da + 2 * do)"),
    }
    proved, found = checked(build(**sections), 1)
    assert not proved
    assert found == the_long_way(build(**sections), monkeypatch, 1)


def test_a_name_that_a_function_binds_anew_is_cut_where_it_ends(build: Callable[..., Program]) -> None:
    """dW leaves out the factor 2 * h of the function, which carries a gradient of zero."""
    sections = {
        "setup": f"{HIDDEN['setup']}\ndef cube():\n    global h\n    h = h * h\n    return 3 * h",
        "parameters": "W = torch.randn(3, 4)",
        "forward": "h = x @ W\nk = x @ W\np = cube()\nq = torch.softmax(p, 1)\nloss = (k**2).sum() + q.sum()",
        "backward": """dq = torch.ones_like(q)
dp = q * (dq - (dq * q).sum(1, keepdim=True))
dk = 2 * k
dh = 3 * dp
dW = x.T @ dh + x.T @ dk""",
        "update": "W = W - 0.001 * dW",
    }
    proved, found = checked(build(**sections), 1)
    assert not proved
    assert found["dW"].verdict is Verdict.WRONG_HERE


@pytest.mark.parametrize(
    "backward",
    [
        ("dh = do @ V.T", "dh = torch.zeros_like(h)\ndh += do @ V.T"),
        ("dh = do @ V.T", "dh = (do @ V.T).clone()\ndh *= 2\ndh /= 2"),
        ("dV = h.T @ do", "dV = torch.zeros_like(V)\ndV[0] = (h.T @ do)[0]\ndV[1:] += (h.T @ do)[1:]"),
        ("do = de.clone()", "do, twice = de.clone(), 2 * de"),
    ],
)
def test_lines_that_change_a_tensor_of_their_own_are_proved(
    backward: tuple[str, str], build: Callable[..., Program]
) -> None:
    proved, found = checked(changed(build, backward=backward))
    assert proved
    assert {one.verdict for one in found.values()} == {Verdict.RIGHT}


def test_a_value_is_what_it_was_when_it_was_complete(
    build: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed afterwards, under a name of its own."""
    backward = ("dh = do @ V.T", "spare = dh = do @ V.T\nspare *= 2")
    found = checked(changed(build, backward=backward), 1)[1]
    assert found == the_long_way(changed(build, backward=backward), monkeypatch, 1)


def test_the_session_is_untouched(build: Callable[..., Program]) -> None:
    session = Session(build(**TWO_LAYERS))
    assert session.begin() is None
    record = session.iterate()
    names, state = dict(session.namespace), torch.default_generator.get_state()
    values = {name: one.clone() for name, one in names.items() if isinstance(one, torch.Tensor)}
    check_lines(session, record)
    straight = reading_of(session, record).straight
    assert straight is not None
    assert straight.worth
    assert session.namespace.keys() == names.keys()
    assert all(session.namespace[name] is one for name, one in names.items())
    assert all(torch.equal(session.namespace[name], one) for name, one in values.items())
    assert torch.equal(torch.default_generator.get_state(), state)
    iterated = [s for s in session.program.statements if s.section in ("forward", "backward", "update")]
    assert [step.statement for step in record.steps] == iterated
