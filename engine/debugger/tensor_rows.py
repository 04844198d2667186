"""The rows of the tensors table that are in view."""

from __future__ import annotations

from ..execution.session import Session
from ..verdict import Verdict
from .cursor import View
from .frame import TensorRow
from .measures import maxdiff
from .scene import Scene


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
        maxdiff=maxdiff(gradient) if gradient is not None else None,
        selected=name == view.selected,
        changed=not view.changed.isdisjoint((name, scene.gradient_of(name))),
        hidden=judgement is not None and judgement.hidden,
    )


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
