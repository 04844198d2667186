"""The rows of the tensors table that are in view."""

from __future__ import annotations

from .frame import TensorRow
from .iteration import Gradient, Iteration
from .recorder import MISSING
from .session import Session
from .summary import summary_of
from .view import View


def tensor_rows(
    session: Session, record: Iteration | None, view: View, names: list[str]
) -> tuple[TensorRow, ...]:
    """One row per name, as of the current statement."""
    return tuple(_row(session, record, view, name) for name in names)


def gradient_of(record: Iteration | None, name: str) -> Gradient | None:
    """The handwritten gradient of a tensor, if the program has one."""
    return None if record is None else record.gradients.get(f"d{name}")


def _row(session: Session, record: Iteration | None, view: View, name: str) -> TensorRow:
    gradient = gradient_of(record, name)
    settled = gradient is not None and gradient.settled(view.ran)
    value = session.namespace.get(name, MISSING)
    manual = MISSING
    if record is not None:
        value = record.value_at(name, view.ran)
        manual = record.value_at(f"d{name}", view.ran)
    return TensorRow(
        name=name,
        kind=kind_of(session, name),
        value=summary_of(value),
        gradient=summary_of(manual),
        verdict=gradient.verdict if gradient is not None and settled else None,
        maxdiff=gradient.comparison.maxdiff if gradient is not None and settled else None,
        selected=name == view.selected,
        changed=name in view.changed or f"d{name}" in view.changed,
    )


def kind_of(session: Session, name: str) -> str:
    """parameter, data, intermediate or loss."""
    if name in session.parameters:
        return "parameter"
    if name in session.data:
        return "data"
    return "loss" if name == "loss" else "intermediate"
