"""What a line may read: names of its own call and of its object, and what these stand for elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from ...execution.iteration import Iteration
from ...program.frame import Frame, is_inside, suffix_of
from ...tensors.inert import is_tensor


def gradients_within_reach(names: Iterable[str], frame: Frame | None, iteration: Iteration) -> list[str]:
    """Those of the gradients that a line of a call may read by these names."""
    read = _read_in(frame, iteration)
    return [name for name in dict.fromkeys(names) if _is_there(name, frame, read)]


def within_reach(names: Iterable[str], frame: Frame | None, iteration: Iteration) -> list[str]:
    """Those of the names whose values a line of a call has a name for, or one that stands in no call."""
    read = _read_in(frame, iteration)
    slots = [slot for step in iteration.steps for slot in step.slots if is_tensor(slot.origin)]
    own = {id(slot.origin) for slot in slots if _is_there(slot.name, frame, read)}
    there = {slot.name for slot in slots if id(slot.origin) in own}
    return [name for name in dict.fromkeys(names) if name in there or _is_there(name, frame, read)]


def _read_in(frame: Frame | None, iteration: Iteration) -> frozenset[str]:
    statements = [s for s in iteration.recorder.statements if s.frame == frame and not s.hands_on]
    return frozenset(name for s in statements for name in s.reads)


def _is_there(name: str, frame: Frame | None, read: frozenset[str]) -> bool:
    if frame is None:
        return not is_inside(name)
    return suffix_of(name) == frame.suffix or bool(frame.of_itself(name)) or name in read
