"""What the engine's tests share: small programs made from sections, sessions that have begun."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

import pytest

from backprop_tui.engine.debugger.engine_loop import Engine
from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Command
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.judgement import Judgement, judgements
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import SECTIONS, Program, parse

PATIENCE = 60.0
"""Seconds after which what is waited for will not come, however busy the machine is."""

BASE = {
    "setup": "import torch\nx = torch.tensor([1.0, 2.0, 3.0])",
    "parameters": "W = torch.tensor([0.5, -1.0, 2.0])",
    "forward": "H = W * x\nloss = H.sum()",
    "backward": "dH = torch.ones_like(H)\ndW = dH * x",
    "update": "W = W - 0.1 * dW",
}


def text_of(**sections: str | None) -> str:
    """A program's text: the base program with sections replaced, or taken out with None."""
    chosen = {**BASE, **sections}
    written = [(kind, chosen[kind]) for kind in SECTIONS]
    parts = [f"# %% {kind}\n{dedent(body).strip()}" for kind, body in written if body is not None]
    return "\n".join(parts) + "\n"


def build(**sections: str | None) -> Program:
    """The program of `text_of`; setup lines are added to the base's where they begin with +."""
    setup = sections.get("setup")
    if setup is not None and setup.startswith("+"):
        sections["setup"] = BASE["setup"] + "\n" + dedent(setup[1:])
    return parse(text_of(**sections), "little")


def begun(**sections: str | None) -> Session:
    """A session on such a program, its setup and parameters run."""
    session = Session(build(**sections))
    failure = session.begin()
    assert failure is None, failure.message
    return session


def iterated(**sections: str | None) -> Iteration:
    """The record of its first iteration, which may have failed."""
    return begun(**sections).iterate()


def judged(iterations: int = 1, **sections: str | None) -> dict[str, Judgement]:
    """What is said of every gradient of such a program after some iterations."""
    session = begun(**sections)
    for _ in range(iterations):
        record = session.iterate()
    check = check_lines(session, record)
    assert not check.problem, check.problem
    return judgements(record, check)


def values_of(record: Iteration, name: str) -> list[Any]:
    """What the record says that a name held after each of its writes, as plain lists."""
    history = record.history[name]
    return [slot.value.tolist() for position, slot in history if position >= 0]


@pytest.fixture(name="build")
def build_fixture() -> Callable[..., Program]:
    return build


@pytest.fixture(name="text_of")
def text_of_fixture() -> Callable[..., str]:
    return text_of


@pytest.fixture(name="begun")
def begun_fixture() -> Callable[..., Session]:
    return begun


@pytest.fixture(name="iterated")
def iterated_fixture() -> Callable[..., Iteration]:
    return iterated


@pytest.fixture(name="judged")
def judged_fixture() -> Callable[..., dict[str, Judgement]]:
    return judged


@pytest.fixture(name="values_of")
def values_of_fixture() -> Callable[[Iteration, str], list[Any]]:
    return values_of


@pytest.fixture
def linear() -> Program:
    """The bundled linear regression."""
    return load("linear_regression")


@pytest.fixture
def stepper(linear: Program) -> Stepper:
    """A stepper on the linear regression, begun."""
    found = Stepper(linear, 0)
    found.begin()
    return found


class Screen:
    """Stands for the screen: runs an engine on a thread, keeps its newest frame, waits for what it needs."""

    def __init__(self, program: Program) -> None:
        self.wake = threading.Event()
        self.came: list[Frame] = []
        self.frames: list[Frame] = []
        self.sent = 0
        self.engine = Engine(program, 0, self._show)
        self.thread = threading.Thread(target=self.engine.run, daemon=True)

    def _show(self, frame: Frame) -> None:
        self.came.append(frame)
        self.wake.set()

    def send(self, command: Command) -> None:
        """Send a command, and count it."""
        self.sent += 1
        self.engine.send(command)

    def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The first frame that is as wanted."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.wake.wait(0.05)
            self.wake.clear()
            if self.came:
                frame = self.came[-1]
                self.frames.append(frame)
                self.came.clear()
            if self.frames and wanted(self.frames[-1]):
                return self.frames[-1]
        pytest.fail("no such frame in time")

    def settled(self) -> Frame:
        """The frame that all that was sent is part of."""
        return self.until(lambda frame: frame.handled == self.sent)

    def at_work(self) -> None:
        """Wait until a job is under way, and a moment more for it to come to its loop."""
        deadline = time.monotonic() + PATIENCE
        while not self.engine._jobs.busy:
            assert time.monotonic() < deadline, "no job began in time"
            time.sleep(0.001)
        time.sleep(0.05)


@pytest.fixture
def screen() -> Iterator[Callable[..., Screen]]:
    """An engine on a program, watched by a stand-in for the screen; it is stopped afterwards."""
    made: list[Screen] = []

    def on(program: Program, *, started: bool = True) -> Screen:
        made.append(Screen(program))
        if started:
            made[-1].thread.start()
        return made[-1]

    yield on
    for watcher in made:
        watcher.engine.stop()
        if watcher.thread.ident is not None:
            watcher.thread.join(PATIENCE)
        assert not watcher.thread.is_alive()
