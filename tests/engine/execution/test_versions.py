"""A program that is edited while it trains: which lines run, from where, and back again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from backprop_tui.engine.execution.futures import run_again
from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.beginning import begins_otherwise
from backprop_tui.engine.program.program import Program, parse

TEXT = """\
# %% setup
import random
import torch
x = torch.linspace(-1, 1, 12).reshape(4, 3)
y = torch.tensor([1.0, -1.0, 0.5, 2.0])
# %% parameters
w = torch.randn(3)
m = torch.zeros(3)
# %% forward
z = x @ w
{forward}
e = z - y + m.sum()
loss = (e**2).mean()
# %% backward
de = 2 * e / 4
{backward}
dw = x.T @ dz
dm = de.sum() * torch.ones(3)
# %% update
{update}
w = w - 0.1 * dw
"""
RIGHT = {"forward": "pass", "backward": "dz = 1 * de", "update": "pass"}
FORWARDS = (
    "pass",
    "z = z * (torch.rand(4) > 0.2)",
    "z = z + random.random()",
    "k = z.abs(); z = z + k.detach()",
    "z = z + (iteration > 2) * last if iteration > 2 else z",
)
BACKWARDS = ("dz = 1 * de", "dz = de.clone()", "dz = 2 * de")
UPDATES = ("pass", "m -= 0.1 * dm", "last = z.detach()", "m = m - 0.1 * dm * torch.rand(3)")


def program_of(**lines: str) -> Program:
    return parse(TEXT.format(**{**RIGHT, **lines}), "edited")


def begun(program: Program) -> Session:
    session = Session(program, remembers=True)
    assert session.begin() is None
    return session


def everything(record: Iteration) -> dict[str, Any]:
    """All that a record says, in bytes where it is tensors."""
    last = {name: writes[-1][1].value for name, writes in record.history.items()}
    tensors = {
        name: value.detach().numpy().tobytes() for name, value in last.items() if torch.is_tensor(value)
    }
    verdicts = {name: gradient.verdict for name, gradient in record.gradients.items()}
    failure = record.failure and (record.failure.line, record.failure.words)
    return {"tensors": tensors, "verdicts": verdicts, "loss": record.loss, "failure": failure}


def test_an_iteration_runs_again_from_its_own_start() -> None:
    session = begun(program_of(backward="dz = 2 * de"))
    records = [session.iterate() for _ in range(4)]
    run_again(session, records[-1], program_of())
    again = session.iterate()
    assert again.number == 3
    assert everything(again)["tensors"]["z"] == everything(records[-1])["tensors"]["z"]
    assert not records[-1].passes
    assert again.passes
    assert session.number == 4


def test_lines_that_draw_now_draw_what_they_would_have_drawn_first() -> None:
    drawing = program_of(forward=FORWARDS[1])
    fresh = everything(begun(drawing).iterate())
    session = begun(program_of())
    record = session.iterate()
    torch.rand(7)
    run_again(session, record, drawing)
    assert everything(session.iterate()) == fresh


def test_what_only_older_lines_have_bound_is_not_there() -> None:
    session = begun(program_of(forward=FORWARDS[3]))
    record = session.iterate()
    run_again(session, record, program_of(backward="dz = de * k"))
    again = session.iterate()
    assert again.failure is not None
    assert again.failure.words == "NameError: name 'k' is not defined"
    run_again(session, again, program_of())
    assert session.iterate().passes


@settings(max_examples=60, phases=[Phase.generate])
@given(st.data())
def test_every_iteration_comes_back_with_the_lines_that_it_ran_with(data: st.DataObject) -> None:
    programs = [
        program_of(forward=f, backward=b, update=u) for f in FORWARDS for b in BACKWARDS for u in UPDATES
    ]
    session = begun(data.draw(st.sampled_from(programs)))
    known: dict[int, tuple[Program, dict[str, Any]]] = {}
    record = session.iterate()
    for _ in range(data.draw(st.integers(3, 25))):
        known[record.number] = (session.program, everything(record))
        act = data.draw(st.sampled_from(["on", "on", "edit", "back"]))
        if act == "back" and record.number:
            wanted = data.draw(st.integers(0, record.number - 1))
            assert session.go_to(wanted) is None
            while session.number < wanted:
                session.iterate()
        elif act == "edit":
            known = {number: one for number, one in known.items() if number < record.number}
            run_again(session, record, data.draw(st.sampled_from(programs)))
        record = session.iterate()
        before = known.get(record.number)
        assert before is None or before == (session.program, everything(record))


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda text: text.replace("y = ", "# told\ny = "), ""),
        (lambda text: text.replace("dz = 1", "dz = 2"), ""),
        (lambda text: text.replace("linspace(-1", "linspace(-2"), "setup changed in line 4"),
        (lambda text: text.replace("m = torch.zeros(3)\n", ""), "parameters changed"),
        (lambda text: text.replace("parameters\n", 'parameters seed="once"\n'), "what is said of the"),
    ],
)
def test_what_begins_otherwise_is_told_from_what_does_not(edit: Callable[[str], str], words: str) -> None:
    program = program_of()
    said = begins_otherwise(program, parse(edit(program.text), "edited"))
    assert said.startswith(words)
    assert bool(said) is bool(words)
