"""While something takes long the screen knows what it is, and a key never waits for the line check."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from backprop_tui.engine.debugger.wire.commands import Advance, CheckLines, Unit
from backprop_tui.engine.debugger.wire.looks import Select
from backprop_tui.engine.program.program import Program

ITERATION = Advance(Unit.ITERATION)
Build = Callable[..., Program]
On = Callable[..., Any]


def sleep(naps: list[None]) -> None:
    """A line that takes a while, and is counted."""
    naps.append(None)
    time.sleep(0.01)


def test_what_takes_long_is_told_with_its_line_and_the_program_stays(screen: On, build: Build) -> None:
    one = screen(build(forward="loss = W.sum()\nwhile True: pass"))
    before = one.settled()
    one.send(ITERATION)
    frame = one.until(lambda frame: bool(frame.status.busy))
    line = one.engine._program.lines.index("while True: pass") + 1
    assert frame.status.busy == f"forward, line {line}"
    assert [one.number for one in frame.lines] == [one.number for one in before.lines]
    one.engine.cancel()
    assert not one.until(lambda frame: frame.failure is not None).status.busy


def test_a_setup_that_takes_long_is_told_in_the_place_of_loading(screen: On, build: Build) -> None:
    one = screen(build(setup="+\nimport time\ndef f():\n    while True: time.sleep(0.01)\nf()"))
    frame = one.until(lambda frame: bool(frame.status.busy))
    assert frame.status.busy.startswith("setup, line")
    assert not frame.status.loading
    assert frame.lines
    one.engine.cancel()
    one.until(lambda frame: frame.failure is not None)


def test_a_key_goes_before_the_check_of_the_lines_which_is_made_after_it(
    screen: On, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[None] = []
    monkeypatch.setitem(sys.modules, "outside", SimpleNamespace(nap=lambda: sleep(naps)))
    slow = "\n".join(["outside.nap()"] * 8)
    one = screen(
        build(
            setup="+\nimport outside",
            forward=f"{slow}\nloss = W.sum()",
            backward="dW = torch.ones_like(W) * 2",
        )
    )
    one.settled()
    one.send(ITERATION)
    one.until(lambda frame: frame.handled == 1 and frame.status.line_check_due)
    while len(naps) < 8 + 2:
        time.sleep(0.001)
    one.send(Select(1))
    before = len(naps)
    frame = one.until(lambda frame: frame.handled == 2)
    assert len(naps) <= before + 1
    assert frame.status.line_check_due
    frame = one.until(lambda frame: not frame.status.line_check_due)
    assert frame.notes == ()
    assert "wrong_here" in {row.verdict for row in frame.tensors}


def stopped_in_the_line_check(screen: On, build: Build, monkeypatch: pytest.MonkeyPatch, run: bool) -> Any:
    """A screen that asked to stop while lines were judged, which went on until nothing could break in."""
    naps: list[None] = []
    at_it, asked = threading.Event(), threading.Event()

    def nap() -> None:
        naps.append(None)
        if len(naps) == 2:  # the first was the iteration's own
            at_it.set()
            asked.wait(60)
            while any(isinstance(thread, threading.Timer) for thread in threading.enumerate()):
                time.sleep(0.001)

    monkeypatch.setitem(sys.modules, "outside", SimpleNamespace(nap=nap))
    backward = "dW = torch.ones_like(W) * 2"
    one = screen(build(setup="+\nimport outside", forward="outside.nap()\nloss = W.sum()", backward=backward))
    one.settled()
    one.send(ITERATION)
    assert at_it.wait(60)
    one.engine.cancel(run=run)
    asked.set()
    return one


def test_who_stops_a_run_that_has_ended_does_not_stop_the_check_of_its_lines(
    screen: On, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stopped_in_the_line_check(screen, build, monkeypatch, run=True)
    frame = one.until(lambda frame: frame.handled == 1 and not frame.status.line_check_due)
    assert frame.notes == ()
    assert "wrong_here" in {row.verdict for row in frame.tensors}
    assert frame.attention.text.endswith("dW: 2 times too large")


def test_a_line_check_that_was_stopped_says_so_and_can_be_had(
    screen: On, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stopped_in_the_line_check(screen, build, monkeypatch, run=False)
    frame = one.until(lambda frame: frame.handled == 1 and not frame.status.line_check_due)
    assert frame.notes == ("the line check was stopped; c runs it",)
    one.send(CheckLines())
    frame = one.until(lambda frame: frame.handled == 2 and not frame.status.line_check_due)
    assert "wrong_here" in {row.verdict for row in frame.tensors}


def test_a_key_that_is_handled_before_it_is_sent_in_full_puts_no_check_off(
    screen: On, linear: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = screen(linear)
    one.settled()
    put = one.engine._commands.send

    def put_and_dawdle(command: object) -> None:
        put(command)
        deadline = time.monotonic() + 0.3
        while time.monotonic() < deadline and not one.engine._checks_lines:
            time.sleep(0.0001)

    monkeypatch.setattr(one.engine._commands, "send", put_and_dawdle)
    one.send(ITERATION)
    assert one.until(lambda frame: frame.handled == 1 and not frame.status.line_check_due)


def test_a_mistake_of_ours_leaves_the_program_on_the_screen(
    screen: On, linear: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = screen(linear)
    before = one.settled()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(one.engine._stepper, "frame", broken)
    one.send(ITERATION)
    frame = one.settled()
    assert frame.failure is not None
    assert frame.failure.type == "mistake of backprop-tui"
    assert len(frame.lines) == len(before.lines) > 0
