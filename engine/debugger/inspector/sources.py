"""What the tabs of the inspector show of a tensor: its entries, or in words why there are none."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ...execution.recording.steps import MISSING
from ...tensors.comparison import with_article
from ...tensors.inert import is_tensor, name_of_type
from ...tensors.kinds import Unreadable
from ..cursor import View
from ..scene import Scene
from ..summaries.entries import Entries
from ..wire.inspected import Tab

Sources = Mapping[Tab, Entries | str]


def sources(scene: Scene, view: View) -> Sources:
    """By tab, of the selected tensor; it may be bound later than its gradient."""
    name, ran = view.selected, view.ran
    manual, autograd = scene.manual(name, ran), scene.autograd(name, ran)
    return {
        Tab.VALUE: _source(scene, scene.value(name, ran), f"{name} has no value yet"),
        Tab.MANUAL: _source(scene, manual, _no_manual(scene, name)),
        Tab.AUTOGRAD: _source(scene, autograd, _no_autograd(scene, name, ran)),
        Tab.ERROR: _errors(scene, manual, autograd),
    }


def shape_of(found: Sources) -> tuple[int, ...]:
    """The shape that the window moves over: of the first tab that has entries."""
    return next((one.shape for one in found.values() if isinstance(one, Entries)), ())


def _source(scene: Scene, value: object, missing: str) -> Entries | str:
    if value is MISSING or value is Ellipsis:
        return missing
    value = _as_tensor(value)
    if not is_tensor(value):
        return "None, not a tensor" if value is None else f"{with_article(name_of_type(value))}, not a tensor"
    seen = scene.summaries.look(value)
    numbers, summary = seen.numbers, seen.summary
    if isinstance(numbers, Unreadable):
        return numbers.words
    if numbers.numel() == 0:
        return "empty"
    return f"{summary.dtype} numbers are not shown" if numbers.is_complex() else Entries(numbers)


def _as_tensor(value: object) -> object:
    """A number as a tensor of no dimensions, anything else as it is."""
    if type(value) is not float and type(value) is not int and type(value) is not bool:
        return value
    try:
        return torch.tensor(float(value), device="cpu")
    except OverflowError:  # an integer beyond all floating numbers
        return value


def _errors(scene: Scene, manual: object, autograd: object) -> Entries | str:
    if not is_tensor(manual) or not is_tensor(autograd):
        return "nothing to subtract"
    ours, theirs = scene.summaries.look(manual).numbers, scene.summaries.look(autograd).numbers
    if isinstance(ours, Unreadable) or isinstance(theirs, Unreadable):
        return "there are no numbers to subtract"
    if ours.shape != theirs.shape:
        return f"the shapes differ: {list(ours.shape)} against {list(theirs.shape)}"
    if ours.is_complex() or theirs.is_complex():
        return "the gradient is complex"
    return Entries(ours, theirs) if ours.numel() else "empty"


def _no_manual(scene: Scene, name: str) -> str:
    """Why there is nothing to see of the handwritten gradient."""
    facts, gradient = scene.session.facts, scene.gradient_of(name)
    candidate = facts.candidates.get(gradient)
    if candidate is None and name == scene.session.program.loss:
        return "the gradient of the loss is 1, and no line has to write it"
    if candidate is None or gradient in facts.holes.marked:
        return f"{gradient} is not written yet"
    return f"{gradient} has not run yet: line {candidate.lines[0]} writes it"


def _no_autograd(scene: Scene, name: str, ran: int) -> str:
    if scene.record is None:
        return "autograd's gradient appears with the first iteration"
    if ran < scene.record.turn and name in scene.record.references.gradients:
        return "autograd's gradient appears once the loss is there"
    if name in scene.session.data and name not in scene.session.facts.written_tensors:
        return f"{name} is data: asked for where {scene.gradient_of(name)} is written"
    return scene.record.references.reasons.get(name, "autograd has not run in this iteration")
