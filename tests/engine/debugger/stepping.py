"""A stepper that is driven without a screen: the frames after commands, and at the end of a run."""

from __future__ import annotations

import time

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Command
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.program.program import Program


def made(program: Program) -> Stepper:
    """A stepper at the beginning."""
    stepper = Stepper(program, 0)
    stepper.begin()
    return stepper


def after(stepper: Stepper, *commands: Command) -> Frame:
    """The frame after commands, each run having come to its end."""
    for command in commands:
        stepper.handle(command)
        finished(stepper)
    return stepper.frame(0)


def shown(stepper: Stepper, *commands: Command) -> Frame:
    """The frame after commands, every frame in between drawn too; a run goes on."""
    for command in commands:
        stepper.handle(command)
        stepper.frame(0)
    return stepper.frame(0)


def finished(stepper: Stepper) -> Frame:
    """The frame when a run has come to its end."""
    while stepper.now.pace.running:
        stepper.run_until(time.monotonic() + 1)
    return stepper.frame(0)
