"""An engine that cannot begin says so: the screen never waits for it in vain."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backprop_tui.engine.debugger import stepper
from backprop_tui.engine.debugger.engine_loop import Engine
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.program.program import Program


def first_frame(program: Program) -> Frame:
    """The first frame that tells of a failure."""
    failed: list[Frame] = []

    def show(frame: Frame) -> None:
        if frame.failure is not None:
            failed.append(frame)
            engine.stop()

    engine = Engine(program, 0, show)
    engine.run()
    return failed[0]


@pytest.mark.parametrize("error", [RuntimeError("no stepper today"), SystemExit("no stepper today")])
def test_a_stepper_that_cannot_be_built_is_told(
    error: BaseException, linear: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(stepper.Stepper, "__init__", broken)
    frame = first_frame(linear)
    assert not frame.status.loading
    assert frame.failure is not None
    assert "no stepper today" in frame.failure.message


def test_a_frame_that_cannot_be_drawn_is_told(linear: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no frame today")

    monkeypatch.setattr(stepper.Stepper, "frame", broken)
    frame = first_frame(linear)
    assert frame.failure is not None
    assert "no frame today" in frame.failure.message


def test_a_torch_that_cannot_be_imported_is_told() -> None:
    code = """
import sys
sys.modules["torch"] = None
from backprop_tui.engine.program.library import load
from backprop_tui.engine.debugger.engine_loop import Engine
frames = []
Engine(load("linear_regression"), 0, frames.append).run()
frame = frames[0]
assert not frame.status.loading
print(frame.failure.message)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ModuleNotFoundError: import of torch halted" in done.stdout
