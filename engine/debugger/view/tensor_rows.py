"""The rows of the tensors table that are in view."""

from __future__ import annotations

import math

from torch import Tensor

from ...execution.gradients.gradient import Gradient
from ...execution.session import Session
from ...tensors.inert import is_tensor
from ...verdict import Verdict
from ..cursor import View
from ..histories.measures import maxdiff
from ..inspector.health import moments_of
from ..scene import Scene
from ..summaries.entries import Entries
from ..summaries.surveys import SMALL
from ..wire.frame import TensorRow


def tensor_rows(scene: Scene, view: View, names: list[str]) -> tuple[TensorRow, ...]:
    """One row per name, as of the current statement."""
    return tuple(_row(scene, view, name) for name in names)


def _row(scene: Scene, view: View, name: str) -> TensorRow:
    gradient = scene.settled(name, view.ran)
    judgement = scene.judgement(name, view.ran)
    return TensorRow(
        name=name,
        kind=kind_of(scene.session, name),
        value=scene.summaries.of(scene.value(name, view.ran)),
        gradient=scene.summaries.of(scene.manual(name, view.ran)),
        verdict=judgement.verdict if judgement is not None else _absent(scene, name),
        maxdiff=_maxdiff(scene, gradient) if gradient is not None else None,
        selected=name == view.selected,
        changed=not view.changed.isdisjoint((name, scene.gradient_of(name))),
        hidden=judgement is not None and judgement.hidden,
    )


def _maxdiff(scene: Scene, gradient: Gradient) -> float | None:
    """The maxdiff; of large tensors None while they are looked through."""
    manual, autograd = gradient.value, gradient.reference
    if gradient.verdict not in (Verdict.CLOSE, Verdict.WRONG) or not is_tensor(manual) or autograd is None:
        return maxdiff(gradient)
    ours, theirs = scene.summaries.look(manual).numbers, scene.summaries.look(autograd).numbers
    if not (isinstance(ours, Tensor) and isinstance(theirs, Tensor)) or ours.is_complex():
        return maxdiff(gradient)
    if ours.numel() <= SMALL or theirs.is_complex():
        return maxdiff(gradient)
    known = moments_of(scene, Entries(ours, theirs))
    return None if known is None else math.inf if known.not_finite else known.magnitude


def _absent(scene: Scene, name: str) -> Verdict | None:
    """What is said of a parameter whose gradient no line writes."""
    return Verdict.NOT_WRITTEN if name in scene.without_gradient else None


def kind_of(session: Session, name: str) -> str:
    """parameter, data, intermediate or loss."""
    if name in session.parameters:
        return "parameter"
    if name in session.data:
        return "data"
    return "loss" if name == session.program.loss else "intermediate"
