"""The line check runs in a world of its own: same numbers, own precision, nothing left behind."""

from __future__ import annotations

import random
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch

from backprop_tui.engine.execution.namespace import generators_in
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.tensors.rng_state import state_of
from backprop_tui.engine.verdict import Verdict

Begun = Callable[..., Session]
Judged = Callable[..., dict[str, Judgement]]

DRAWS = {
    "torch": "mask = (torch.rand(6, 3) > 0.4).float()",
    "torch in place": "mask = torch.empty(6, 3).bernoulli_(0.6)",
    "torch in place, of any size": "mask = 1 + torch.empty_like(h).random_() / 2**24",
    "torch dropout": "mask = torch.nn.functional.dropout(torch.ones(6, 3), 0.4)",
    "torch noise": "mask = 1 + 0.3 * torch.randn_like(h)",
    "a minibatch": "ix = torch.randperm(6)[:6]\nmask = x[ix, :1].expand(6, 3)",
    "an own generator": "mask = (torch.rand(6, 3, generator=g) > 0.4).float()",
    "random": "mask = torch.tensor([[random.choice([0.0, 2.0]) for _ in range(3)] for _ in range(6)])",
    "numpy": "mask = torch.from_numpy(numpy.random.rand(6, 3)).to(h.dtype)",
    "a Random of its own": "mask = torch.tensor([[dice.random() for _ in range(3)] for _ in range(6)])",
    "numpy's generator": "mask = torch.from_numpy(rng.random((6, 3))).to(h.dtype)",
}
RANDOM = {
    "setup": """
        import random
        import numpy
        import torch
        x = torch.randn(6, 2)
        g = torch.Generator().manual_seed(3)
        rng = numpy.random.default_rng(4)
        dice = random.Random(5)
        log = []
    """,
    "parameters": "W = torch.randn(2, 3)\nb = torch.randn(3)",
    "backward": """
        dm = 2 * m
        dh = dm * mask
        dW = x.T @ dh
        db = dh.sum(0)
    """,
    "update": "W -= 0.05 * dW\nb = b - 0.05 * db",
}


def forward(draw: str) -> str:
    """A forward that draws, and that keeps its masks in a list."""
    return "\n".join(["h = x @ W + b", draw, "log.append(mask)", "m = h * mask", "loss = (m ** 2).sum()"])


@pytest.mark.parametrize("draw", DRAWS)
def test_what_the_forward_draws_is_drawn_again(judged: Judged, draw: str) -> None:
    found = judged(**RANDOM, forward=forward(DRAWS[draw]), iterations=3)
    assert {one.verdict for one in found.values()} <= {Verdict.EXACT, Verdict.CLOSE}


@pytest.mark.parametrize("draw", DRAWS)
def test_the_numbers_drawn_again_are_the_iterations_own(
    begun: Begun, draw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe: Any = types.ModuleType("probe")
    probe.seen = []
    monkeypatch.setitem(sys.modules, "probe", probe)
    sections = {**RANDOM, "setup": RANDOM["setup"] + "\n        import probe"}
    noted = forward(DRAWS[draw]) + "\nprobe.seen.append(mask.detach().double().clone())"
    session = begun(**sections, forward=noted)
    session.iterate()
    probe.seen.clear()
    record = session.iterate()
    check_lines(session, record)
    assert check_lines(session, record).dtype == "float64"
    assert all(torch.allclose(one, probe.seen[0], atol=1e-6) for one in probe.seen[-2:])


@pytest.mark.parametrize("draw", DRAWS)
def test_an_error_beside_what_is_drawn_is_found(judged: Judged, draw: str) -> None:
    sections = {**RANDOM, "backward": RANDOM["backward"].replace("dm * mask", "dm * mask * 1.5")}
    found = judged(**sections, forward=forward(DRAWS[draw]), iterations=2)
    assert [n for n, one in found.items() if one.verdict is Verdict.WRONG_HERE] == ["dh"]


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("wrong", [False, True])
def test_the_losses_with_checks_in_between_are_those_without(begun: Begun, draw: str, wrong: bool) -> None:
    sections = {**RANDOM, "forward": forward(DRAWS[draw])}
    if wrong:
        sections["backward"] = sections["backward"].replace("dm * mask", "dm / 2")
    plain, checked = begun(**sections), begun(**sections)
    for _ in range(4):
        plain.iterate()
    plain_state = torch.default_generator.get_state()
    checked = begun(**sections)
    for _ in range(4):
        check_lines(checked, checked.iterate())
    assert checked.losses == plain.losses
    assert torch.equal(torch.default_generator.get_state(), plain_state)
    assert len(checked.namespace["log"]) == 4


def snapshot(session: Session) -> dict[str, Any]:
    """Everything that a check could change, by value; objects by identity too."""
    space = session.namespace
    tensors = {name: value for name, value in space.items() if isinstance(value, torch.Tensor)}
    return {
        "names": {name: id(value) for name, value in space.items() if not name.startswith("__")},
        "values": {name: value.detach().clone().tolist() for name, value in tensors.items()},
        "requires_grad": {name: value.requires_grad for name, value in tensors.items()},
        "leaf": {name: value.is_leaf for name, value in tensors.items()},
        "grad": {n: None if t.grad is None else t.grad.tolist() for n, t in tensors.items() if t.is_leaf},
        "dtype": torch.get_default_dtype(),
        "grad mode": torch.is_grad_enabled(),
        "torch": torch.default_generator.get_state().tolist(),
        "own": [str(state_of(generator)) for generator in generators_in(space)],
        "random": random.getstate(),
        "numpy": str(numpy.random.get_state(legacy=False)),
        "kept": {name: repr(space[name]) for name in ("log", "settings", "counter") if name in space},
    }


UNTOUCHED = {
    "setup": RANDOM["setup"]
    + """
        class Settings:
            calls = 0
        settings = {"best": [1.0], "seen": 0}
        counter = Settings()
        counter.calls = 0
        def touched(value):
            global total
            total = total + 1
            counter.calls += 1
            settings["seen"] += 1
            settings["best"].append(float(value))
            return value
        total = 0
    """,
    "forward": forward(DRAWS["torch"])
    + "\nmore = torch.rand(2, generator=g), random.random(), numpy.random.rand(), rng.random()"
    + "\nx[0, 0] = 1.0\ntouched(loss)",
}


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("raises", [False, True])
def test_the_session_is_untouched_bit_for_bit(begun: Begun, wrong: bool, raises: bool) -> None:
    backward = RANDOM["backward"].replace("dm * mask", "dm / 2") if wrong else RANDOM["backward"]
    backward = backward.replace("db =", "db = 1 / 0 *") if raises else backward
    session = begun(**{**RANDOM, **UNTOUCHED, "backward": backward})
    record = session.iterate()
    before = snapshot(session)
    check_lines(session, record)
    after = snapshot(session)
    assert {key for key in before if before[key] != after[key]} == set()


def test_values_in_the_record_are_untouched(begun: Begun) -> None:
    session = begun(**{**RANDOM, **UNTOUCHED})
    record = session.iterate()
    before = [(slot.name, repr(slot.value)) for step in record.steps for slot in step.slots]
    check_lines(session, record)
    assert [(slot.name, repr(slot.value)) for step in record.steps for slot in step.slots] == before


def test_an_earlier_iteration_may_be_checked_later(begun: Begun) -> None:
    session = begun(**RANDOM, forward=forward(DRAWS["torch"]))
    first = session.iterate()
    one = check_lines(session, first)
    for _ in range(3):
        session.iterate()
    assert check_lines(session, first) == one


def test_lines_are_judged_in_double_where_the_program_allows_it(begun: Begun) -> None:
    session = begun()
    assert check_lines(session, session.iterate()).dtype == "float64"


@pytest.mark.parametrize(
    "explicit",
    [
        "h = (x * W).to(torch.float32)",
        "h = (x * W).float()",
    ],
)
def test_a_program_that_is_explicit_is_judged_in_its_own_precision(begun: Begun, explicit: str) -> None:
    sections = {
        "setup": "import torch\nx = torch.tensor([1.0, 2.0, 3.0])",
        "forward": f"{explicit}\nloss = (h ** 2).sum()",
        "backward": "dh = 2 * h\ndW = dh * x",
    }
    session = begun(**sections)
    found = check_lines(session, session.iterate())
    assert found.judgements["dW"].verdict is Verdict.RIGHT
    assert found.dtype == "float32"
    assert found.judgements["dW"].dtype == "float32"
    session = begun(**{**sections, "backward": "dh = 2 * h\ndW = -dh * x"})
    assert check_lines(session, session.iterate()).judgements["dW"].verdict is Verdict.WRONG_HERE


def test_integer_tricks_are_judged_in_the_programs_precision(begun: Begun) -> None:
    session = begun(
        forward="""
            bits = (W * x).view(torch.int32)
            h = bits.view(torch.float32) * 0 + W * x
            loss = (h * h).sum()
        """,
        backward="dh = 2 * h\ndW = dh * x",
    )
    found = check_lines(session, session.iterate())
    assert found.dtype == "float32"
    assert found.judgements["dW"].verdict is Verdict.RIGHT


def test_aliases_are_kept(judged: Judged) -> None:
    found = judged(
        parameters="flat = torch.randn(6)\nW = flat[:3]\nV = flat[3:].view(1, 3)",
        forward="h = W * x\nk = V * x\nloss = (h ** 2).sum() + (k ** 2).sum()",
        backward="dh = 2 * h\ndk = 2 * k\ndW = dh * x\ndV = dk * x",
        update="flat -= 0.01 * torch.cat([dW, dV[0]])",
        iterations=3,
    )
    assert [n for n, one in found.items() if not one.verdict.passes] == []


def test_a_forward_that_did_not_finish_is_no_verdict(begun: Begun) -> None:
    session = begun(forward="loss = W @ W.T.T.foo")
    found = check_lines(session, session.iterate())
    assert found.judgements == {}
    assert found.problem == "the forward did not finish"


STATEFUL = {
    "a closure": "def make():\n    n = [0]\n    def nxt():\n        n[0] += 1\n        return x * n[0]\n"
    "    return nxt\nnxt = make()",
    "a bound method": "class C:\n    n = 0\n    def nxt(self):\n        self.n += 1"
    "\n        return x * self.n"
    "\nnxt = C().nxt",
    "a class": "class C:\n    n = 0\n    def nxt(self):\n        C.n += 1\n        return x * C.n"
    "\nnxt = C().nxt",
    "a default": "def nxt(n=[0]):\n    n[0] += 1\n    return x * n[0]",
    "a global": "n = 0\ndef nxt():\n    global n\n    n += 1\n    return x * n",
    "a dictionary": "state = {'n': 0}\ndef nxt():\n    state['n'] += 1\n    return x * state['n']",
}


@pytest.mark.parametrize("state", STATEFUL)
def test_state_that_the_forward_keeps_is_not_moved_by_a_check(begun: Begun, state: str) -> None:
    sections = {
        "setup": "+" + STATEFUL[state],
        "forward": "b = nxt()\nh = b * W\nloss = (h ** 2).sum()",
        "backward": "dh = 2 * h\ndW = dh * b",
        "update": "W = W - 0.01 * dW",
    }
    plain, checked = begun(**sections), begun(**sections)
    for _ in range(3):
        plain.iterate()
        found = check_lines(checked, checked.iterate())
        assert {one.verdict for one in found.judgements.values()} == {Verdict.RIGHT}
    assert checked.losses == plain.losses


ITERATORS = {
    "a generator": "batches = (torch.full((3,), float(i + 1)) for i in range(9))",
    "an iterator of tensors": "batches = iter(torch.arange(1.0, 28).view(9, 3))",
    "one that draws": "def drawn():\n    while True:\n        yield torch.rand(3)\nbatches = drawn()",
    "one that draws from its own": "g = torch.Generator().manual_seed(3)\ndef drawn():\n    while True:"
    "\n        yield torch.rand(3, generator=g)\nbatches = drawn()",
    "a loader": "batches = iter(torch.utils.data.DataLoader(torch.arange(1.0, 28).view(9, 3), shuffle=True))",
    "one that gives parts of a tensor": "all = torch.arange(1.0, 28)\nbatches = iter(all.split(3))",
}
USES = {
    "as it is": "b = next(batches).view(3)",
    "changed in place": "b = next(batches).view(3)\nb /= 2\nb -= 0.1",
    "by a loop": "for b in batches:\n    b = b.view(3)\n    break",
    "beside a mask": "b = next(batches).view(3) * (torch.rand(3) > 0.3)",
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("way", ITERATORS)
def test_an_iterator_gives_a_check_what_it_gave_the_iteration(way: str, use: str, begun: Begun) -> None:
    sections = {
        "setup": "+" + ITERATORS[way],
        "forward": f"{USES[use]}\nh = b * W\nloss = (h ** 3).sum() + (h[0] ** 2 - loss_before) ** 2",
        "parameters": "W = torch.tensor([0.5, -1.0, 2.0])\nloss_before = 1.0",
        "backward": "dh = 3 * h ** 2\ndh[0] += 4 * (h[0] ** 2 - loss_before) * h[0]\ndW = dh * b",
        "update": "W = W - 0.001 * dW\nloss_before = float(loss)",
    }
    plain = begun(**sections)
    for _ in range(3):
        plain.iterate()
    checked = begun(**sections)
    records = []
    for _ in range(3):
        records.append(checked.iterate())
        found = check_lines(checked, records[-1])
        assert not found.problem
        assert {one.verdict for one in found.judgements.values()} == {Verdict.RIGHT}
    assert {one.verdict for one in check_lines(checked, records[0]).judgements.values()} == {Verdict.RIGHT}
    assert checked.losses == plain.losses


def test_an_iterator_gives_a_check_nothing_that_it_did_not_give_the_iteration(begun: Begun) -> None:
    session = begun(
        setup="+numbers = (torch.full((3,), float(i)) for i in range(9))",
        forward="b = next(numbers) if W.dtype is torch.float32 else next(numbers) + next(numbers)\n"
        "h = b * W\nloss = (h ** 2).sum()",
        backward="dh = 2 * h\ndW = dh * b",
    )
    found = check_lines(session, session.iterate())
    assert (found.dtype, found.problem) == ("float32", "")
    assert next(session.namespace["numbers"]).tolist() == [1, 1, 1]


def test_what_runs_again_to_be_judged_prints_nothing(
    build: Callable[..., Program], capfd: pytest.CaptureFixture[str]
) -> None:
    speaking = "print('once', flush=True)\nimport os\nos.write(1, b'below\\n')"
    check(build(forward=f"H = W * x\n{speaking}\nloss = H.sum()"))
    assert capfd.readouterr().out == "once\nbelow\n"
