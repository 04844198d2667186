"""A run that is stopped comes to rest with the lines of its last iteration still to be judged."""

from __future__ import annotations

import time

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import ToggleRun
from backprop_tui.engine.execution.cancel import Cancelled

from .stepping import shown


def test_a_run_that_is_paused_while_its_picture_is_made_is_not_at_rest_before_its_lines_are_due(
    stepper: Stepper,
) -> None:
    shown(stepper, ToggleRun())
    stepper.run_until(time.monotonic())
    stepper.now.pace.pause()
    assert stepper.frame(0).status.running
    stepper.run_until(time.monotonic())
    status = stepper.frame(0).status
    assert (status.running, status.line_check_due, status.iteration) == (False, True, 0)


def test_where_a_run_is_stopped_between_two_iterations_the_lines_of_the_last_are_judged(
    stepper: Stepper,
) -> None:
    shown(stepper, ToggleRun())
    stepper.run_until(time.monotonic())
    stepper.stumble(Cancelled())
    status = stepper.frame(0).status
    assert (status.running, status.line_check_due) == (False, True)
