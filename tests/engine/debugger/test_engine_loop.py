"""The engine: torch waits until it runs, nothing sent is lost, anything can be stopped."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.engine_loop import Engine
from backprop_tui.engine.debugger.wire.commands import Advance, ChangeSpeed, GoTo, Restart, ToggleRun, Unit
from backprop_tui.engine.program.program import Program

ITERATION = Advance(Unit.ITERATION)
Build = Callable[..., Program]


On = Callable[..., Any]


def test_torch_is_imported_by_the_engine_when_it_runs_and_not_before() -> None:
    code = """
import sys, threading
from backprop_tui.engine.program.library import load
from backprop_tui.engine.debugger.engine_loop import Engine
engine = Engine(load("linear_regression"), 0, lambda frame: engine.stop())
assert "torch" not in sys.modules
engine.run()
assert "torch" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_commands_sent_before_the_start_are_kept_in_order(screen: On, linear: Program) -> None:
    one = screen(linear, started=False)
    for _ in range(3):
        one.send(ITERATION)
    one.send(Advance(Unit.STATEMENT, -1))
    one.thread.start()
    frame = one.settled()
    assert (frame.handled, frame.status.iteration, frame.status.statement) == (4, 2, 1)


def test_a_burst_of_commands_is_handled_to_the_last(screen: On, linear: Program) -> None:
    one = screen(linear)
    for _ in range(200):
        one.send(ITERATION)
    assert one.settled().status.iteration == 199


def test_a_run_shows_frames_and_can_be_paused(screen: On, linear: Program) -> None:
    one = screen(linear)
    one.send(ToggleRun())
    one.until(lambda frame: frame.status.running and (frame.status.iteration or 0) > 20)
    one.send(ToggleRun())
    assert not one.settled().status.running


def test_a_slow_run_can_be_cancelled_while_it_waits_for_its_next_iteration(
    screen: On, linear: Program
) -> None:
    one = screen(linear)
    for _ in range(6):
        one.send(ChangeSpeed(-1))
    one.send(ToggleRun())
    one.until(lambda frame: frame.status.running and frame.status.iteration == 0)
    while one.engine._jobs.busy:
        time.sleep(0.001)
    one.engine.cancel()
    assert one.until(lambda frame: not frame.status.running).status.iteration == 0


def test_a_run_to_an_iteration_can_be_cancelled_after_its_iteration(screen: On, linear: Program) -> None:
    one = screen(linear)
    one.send(GoTo(10**9))
    one.until(lambda frame: (frame.status.iteration or 0) > 20)
    one.engine.cancel()
    frame = one.until(lambda frame: not frame.status.running)
    assert frame.failure is None
    one.send(ITERATION)
    assert one.settled().status.iteration == (frame.status.iteration or 0) + 1


ENDLESS = {
    "a loop in the forward": {"forward": "loss = W.sum()\nwhile True: loss = loss + 1"},
    "an empty loop": {"forward": "loss = W.sum()\nwhile True: pass"},
    "a loop that continues": {"forward": "loss = W.sum()\nwhile True: continue"},
    "a loop in the backward": {"backward": "dW = x.clone()\nwhile True: dW += 1"},
    "a loop in the update": {"update": "while True: W = W - dW"},
    "a function of setup": {
        "setup": "+\ndef f():\n    while True: pass\n",
        "forward": "loss = W.sum()\nf()",
    },
    "a function that catches everything once": {
        "setup": "+\ndef f():\n    n = 0\n    while True:\n        n += 1\n",
        "forward": "loss = W.sum()\ntry:\n    f()\nexcept:\n    raise",
    },
    "a loop that catches every exception": {
        "forward": "loss = W.sum()\nwhile True:\n    try: loss = loss + 1\n    except Exception: pass",
    },
    "a generator in an expression": {"forward": "loss = W.sum() + sum(1 for _ in iter(int, 1))"},
}


@pytest.mark.parametrize("sections", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_runs_less_than_a_second_after_cancelling(
    sections: dict[str, str], screen: On, build: Build
) -> None:
    one = screen(build(**sections))
    one.settled()
    one.send(ITERATION)
    one.at_work()
    began = time.process_time()
    one.engine.cancel()
    frame = one.until(lambda frame: frame.failure is not None)
    assert time.process_time() - began < 1.0
    assert frame.failure is not None
    assert frame.failure.type == "Cancelled"
    assert frame.failure.message == "stopped"
    one.send(Advance(Unit.STATEMENT, -1))
    one.settled()


@pytest.mark.parametrize(
    "setup", ["while True: pass", "def f():\n    while True: pass\nf()", "n = sum(1 for _ in iter(int, 1))"]
)
def test_a_setup_that_never_ends_stops_too(setup: str, screen: On, build: Build) -> None:
    one = screen(build(setup="+\n" + setup))
    one.at_work()
    began = time.process_time()
    one.engine.cancel()
    frame = one.until(lambda frame: frame.failure is not None)
    assert time.process_time() - began < 1.0
    assert frame.failure is not None
    assert frame.failure.section == "setup"


def test_stopping_calls_off_the_steps_that_wait(screen: On, build: Build) -> None:
    one = screen(build(forward="loss = W.sum()\nwhile True: loss = loss + 1"))
    one.settled()
    for command in (ITERATION, Advance(Unit.STATEMENT), ITERATION):
        one.send(command)
    one.at_work()
    one.engine.cancel()
    assert one.settled().failure.type == "Cancelled"
    assert not one.engine._jobs.busy


def test_cancelling_what_has_ended_disturbs_nothing(screen: On, linear: Program) -> None:
    one = screen(linear)
    one.settled()
    for _ in range(5):
        one.send(ITERATION)
        one.engine.cancel()
    one.settled()
    while any(isinstance(thread, threading.Timer) for thread in threading.enumerate()):
        time.sleep(0.01)  # what would break in comes too late
    one.send(Restart())
    one.send(ITERATION)
    frame = one.settled()
    assert (frame.failure, frame.status.iteration) == (None, 0)


@pytest.mark.parametrize("endless", ["while True: loss = loss + 1", "f()"])
def test_stopping_ends_what_never_ends(endless: str, screen: On, build: Build) -> None:
    one = screen(build(setup="+\ndef f():\n    while True: pass\n", forward=f"loss = W.sum()\n{endless}"))
    one.settled()
    one.send(ITERATION)
    one.at_work()
    began = time.process_time()
    one.engine.stop()
    one.thread.join(60)
    assert not one.thread.is_alive()
    assert time.process_time() - began < 1.0


def test_stopping_before_the_start_or_twice_is_harmless(linear: Program) -> None:
    engine = Engine(linear, 0, lambda frame: None)
    engine.cancel()
    engine.stop()
    engine.stop()
    engine.run()


def test_steps_that_wait_for_torch_can_be_called_off(screen: On, linear: Program) -> None:
    one = screen(linear, started=False)
    one.send(GoTo(10**9))
    one.engine.cancel()
    one.thread.start()
    frame = one.settled()
    assert (frame.status.running, frame.status.iteration) == (False, None)


def test_a_program_that_the_engine_cannot_take_is_told_and_not_waited_for(
    screen: On, linear: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backprop_tui.engine.debugger import stepper

    def broken(*_: object) -> None:
        raise RuntimeError("torch is broken")

    monkeypatch.setattr(stepper.Stepper, "__init__", broken)
    frame = screen(linear).until(lambda frame: frame.failure is not None)
    assert frame.failure is not None
    assert "torch is broken" in frame.failure.message
