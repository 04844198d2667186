"""The inspector: the window of the selected tensor, and what is said of its gradient."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from .comparison import Comparison, entry_differences, name_of
from .frame import Block, Inspector, Tab
from .iteration import Gradient, Iteration
from .program import Program
from .recorder import MISSING
from .session import Session
from .summary import block_of, matrix_of, slice_at, slices_of
from .tensor_rows import gradient_of
from .verdict import Verdict
from .view import View


def inspector(session: Session, record: Iteration | None, view: View) -> tuple[Inspector, View]:
    """The selected tensor's window, and the view scrolled to what there is."""
    name = view.selected
    if not name:
        return Inspector(tab=view.tab), view
    gradient = gradient_of(record, name)
    value = _value(session, record, view, name)
    shape = _shape(value)
    view = _inside(view, value)
    index = slice_at(shape, view.slice)
    settled = gradient is not None and gradient.settled(view.ran)
    pane = Inspector(
        name=name,
        shape=shape,
        dtype=name_of(value.dtype) if isinstance(value, Tensor) else "",
        device=str(value.device) if isinstance(value, Tensor) else "",
        tab=view.tab,
        blocks=_blocks(record, view, name, value, index),
        slice_index=index,
        verdict=gradient.verdict if gradient is not None and settled else None,
        facts=facts(gradient) if gradient is not None and settled else (),
        made_by=_made_by(session.program, name),
        used_by=_used_by(session.program, name),
        written_by=_written_by(session.program, f"d{name}"),
    )
    return pane, view


def facts(gradient: Gradient) -> tuple[str, ...]:
    """The comparison in sentences."""
    found = gradient.comparison
    if found.maxdiff is None:
        return (found.message,) if found.message else ()
    approximate = "approximate" if found.approximate else "not approximate"
    words = "exact" if found.exact else f"{approximate}, maxdiff {found.maxdiff:.3g}"
    sentences = [words, f"relative error {found.relative_error:.3g}", *_worst(found)]
    return tuple(sentences + ([found.message] if found.message else []))


def _worst(found: Comparison) -> list[str]:
    if found.verdict is not Verdict.WRONG or found.worst_index is None:
        return []
    place = list(found.worst_index)
    return [f"worst at {place}: {found.worst_manual:.4g}, autograd {found.worst_autograd:.4g}"]


def _value(session: Session, record: Iteration | None, view: View, name: str) -> object:
    if record is None:
        return session.namespace.get(name, MISSING)
    return record.value_at(name, view.ran)


def _shape(value: object) -> tuple[int, ...]:
    return tuple(value.shape) if isinstance(value, Tensor) else ()


def _inside(view: View, value: object) -> View:
    if not isinstance(value, Tensor) or value.numel() == 0:
        return replace(view, grid_top=0, grid_left=0, slice=0)
    index = min(view.slice, slices_of(tuple(value.shape)) - 1)
    height, width = matrix_of(value, slice_at(tuple(value.shape), index)).shape
    top = max(min(view.grid_top, height - view.layout.grid_rows), 0)
    left = max(min(view.grid_left, width - view.layout.grid_columns), 0)
    return replace(view, grid_top=top, grid_left=left, slice=index)


def _blocks(
    record: Iteration | None, view: View, name: str, value: object, index: tuple[int, ...]
) -> dict[Tab, Block]:
    manual = MISSING if record is None else record.value_at(f"d{name}", view.ran)
    autograd = None if record is None else record.references.gradients.get(name)
    shape = _shape(value)
    return {
        Tab.VALUE: _block(view, value, index, f"{name} has no value yet"),
        Tab.MANUAL: _block(view, manual, index, f"d{name} is not written yet", shape),
        Tab.AUTOGRAD: _block(view, autograd, index, _no_autograd(record, name)),
        Tab.ERROR: _error_block(view, manual, autograd, index),
    }


def _no_autograd(record: Iteration | None, name: str) -> str:
    if record is None:
        return "autograd's gradient appears with the first iteration"
    return record.references.reasons.get(name, "autograd has not run in this iteration")


def _block(
    view: View,
    value: object,
    index: tuple[int, ...],
    missing: str,
    shape: tuple[int, ...] | None = None,
) -> Block:
    if value is MISSING or value is None or value is Ellipsis:
        return Block(missing=missing)
    if isinstance(value, bool | int | float):
        value = torch.tensor(float(value))
    if not isinstance(value, Tensor):
        return Block(missing=f"a {type(value).__name__}, not a tensor")
    if shape is not None and tuple(value.shape) != shape:
        index = slice_at(tuple(value.shape), 0)
    layout = view.layout
    return block_of(value, index, view.grid_top, view.grid_left, layout.grid_rows, layout.grid_columns)


def _error_block(view: View, manual: object, autograd: Tensor | None, index: tuple[int, ...]) -> Block:
    if not isinstance(manual, Tensor) or autograd is None:
        return Block(missing="the error appears when the gradient is written")
    if manual.shape != autograd.shape:
        shapes = f"{list(manual.shape)} against {list(autograd.shape)}"
        return Block(missing=f"the shapes differ: {shapes}")
    if manual.is_complex():
        return Block(missing="the gradient is complex")
    left, right = manual.double(), autograd.to(manual.device).double()
    error = torch.where(left.isfinite() & right.isfinite(), left - right, entry_differences(left, right))
    return _block(view, error, index, "")


def _made_by(program: Program, name: str) -> str:
    for kind in ("forward", "parameters", "setup"):
        section = program.section(kind)
        found = [s.text for s in (section.statements if section else ()) if name in s.writes]
        if found:
            return found[-1]
    return ""


def _used_by(program: Program, name: str) -> tuple[str, ...]:
    section = program.section("forward")
    statements = section.statements if section else ()
    return tuple(s.text for s in statements if name in s.reads and name not in s.binds)


def _written_by(program: Program, name: str) -> tuple[str, ...]:
    section = program.section("backward")
    statements = section.statements if section else ()
    return tuple(s.text for s in statements if name in s.writes)
