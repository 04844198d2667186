"""Whether a program does again what it did: what is judged is a rerun, and it has to be of the record."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ....execution.iteration import Iteration
from ....execution.session import Session
from ....tensors.comparison import compare
from ....tensors.dtypes import can_have_gradient
from ....tensors.held_names import all_names
from ....verdict import Verdict
from ..lines.outcome import LineCheck
from ..lines.substitution import kept
from .attempt import Attempt, attempt_of

UNREPEATED = "the lines do not repeat when they run again"


def is_in_doubt(iteration: Iteration, line_check: LineCheck) -> bool:
    """Whether a line is accused, or a gradient is wrong end to end: then the rerun has to be the record's."""
    return line_check.doubtful or any(one.verdict is Verdict.WRONG for one in iteration.gradients.values())


def repeats(session: Session, iteration: Iteration) -> bool:
    """Whether the program, run again in its own precision, comes to the values of the record.

    For what is not written autograd's stands in, as it did then; what raised is not compared.
    """
    attempt, largest = attempt_of(session, iteration, None, {}), iteration.references.largest
    with attempt.open() as world:
        graph = attempt.forward(world)
        loss, arrived = graph.loss, graph.arrivals({})
        holes = {tensor: one for tensor, one in arrived.items() if _is_hole(attempt, tensor)}
        outcome = attempt.lines(world, holes, kept)
        at_end = all_names(session.namespace)
    values = {name: one for name, one in outcome.values.items() if name not in outcome.raised}
    ended = [name for name in iteration.gradients if name not in iteration.unfinished]
    recorded = {name: iteration.gradients[name].value for name in ended if name in values}
    # what numpy changes after the last write the record shows as changed
    same = all(
        _is_same(values[name], value, largest) or _is_same(at_end.get(name), value, largest)
        for name, value in recorded.items()
    )
    return same and _is_same(loss.detach(), torch.full_like(loss, iteration.loss or 0.0), largest)


def _is_hole(attempt: Attempt, tensor: str) -> bool:
    """Whether no line writes the gradient of a tensor."""
    name = attempt.reading.gradient_of(tensor)
    gradient = attempt.iteration.gradients.get(name)
    return gradient is None or gradient.verdict is Verdict.NOT_WRITTEN


def _is_same(value: Any, recorded: Any, largest: float) -> bool:
    """Whether two tensors are equal up to rounding; a record that cannot be compared is left alone."""
    if not can_have_gradient(recorded) or not _agree(recorded, recorded, largest):
        return True
    return _agree(value, recorded, largest)


def _agree(value: Any, recorded: Tensor, largest: float) -> bool:
    comparison = compare(value, recorded, largest=largest)
    return comparison.verdict in (Verdict.EXACT, Verdict.CLOSE, Verdict.NOT_FINITE)
