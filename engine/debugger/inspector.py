"""The inspector: the window of the selected tensor, and what is said of its gradient."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from ..execution.gradients.gradient import Gradient
from ..execution.recording.steps import MISSING
from ..judging.judgement import Judgement
from ..program.program import Program
from ..tensors.comparison import name_of
from .cursor import View
from .frame import Block, Inspector, Tab
from .scene import Scene
from .sentences import facts, sentence
from .tensor_summary import Window, block_of, matrix_of, slice_at, slices_of

_MENTIONED = 10
"""Statements that are quoted about one tensor at most."""


def inspector(scene: Scene, view: View) -> tuple[Inspector, View]:
    """The selected tensor's window, and the view scrolled to what there is."""
    name = view.selected
    if not name:
        return Inspector(tab=view.tab), view
    value = scene.value(name, view.ran)
    view = _inside(view, value)
    index = slice_at(_shape(value), view.slice)
    gradient = scene.settled(name, view.ran)
    judgement = scene.judgement(name, view.ran)
    program = scene.session.program
    pane = Inspector(
        name=name,
        shape=_shape(value),
        dtype=name_of(value.dtype) if isinstance(value, Tensor) else "",
        device=str(value.device) if isinstance(value, Tensor) else "",
        tab=view.tab,
        blocks=_blocks(scene, view, name, value, index),
        slice_index=index,
        verdict=judgement.verdict if judgement is not None else None,
        sentence=sentence(judgement) if judgement is not None else "",
        facts=_facts(scene, gradient, judgement) if gradient is not None and judgement is not None else (),
        made_by=_made_by(program, name),
        used_by=_used_by(program, name),
        written_by=_written_by(program, scene.gradient_of(name)),
    )
    return pane, view


def _facts(scene: Scene, gradient: Gradient, judgement: Judgement) -> tuple[str, ...]:
    """What is said of a gradient, and of the helper variable that it is wrong because of."""
    record = scene.record
    helpers = [name for name in judgement.inherited_from if record and name not in record.gradients]
    known = [(name, scene.judgements[name]) for name in helpers if name in scene.judgements]
    return (*(f"{name}: {sentence(one)}" for name, one in known), *facts(gradient, judgement))


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


def _blocks(scene: Scene, view: View, name: str, value: object, index: tuple[int, ...]) -> dict[Tab, Block]:
    record = scene.record
    manual = scene.manual(name, view.ran)
    autograd = None if record is None else record.references.gradients.get(name)
    shape = _shape(value)
    return {
        Tab.VALUE: _block(scene, view, value, index, f"{name} has no value yet"),
        Tab.MANUAL: _block(scene, view, manual, index, _no_manual(scene, name), shape),
        Tab.AUTOGRAD: _block(scene, view, autograd, index, _no_autograd(scene, name)),
        Tab.ERROR: _error_block(scene, view, manual, autograd, index),
    }


def _no_manual(scene: Scene, name: str) -> str:
    """Why there is nothing to see of the handwritten gradient."""
    facts, gradient = scene.session.facts, scene.gradient_of(name)
    candidate = facts.candidates.get(gradient)
    if candidate is None or gradient in facts.holes.marked:
        return f"{gradient} is not written yet"
    return f"{gradient} has not run yet: line {candidate.lines[0]} writes it"


def _no_autograd(scene: Scene, name: str) -> str:
    if scene.record is None:
        return "autograd's gradient appears with the first iteration"
    if name in scene.session.data and name not in scene.session.facts.written_tensors:
        return f"{name} is data: asked for where {scene.gradient_of(name)} is written"
    return scene.record.references.reasons.get(name, "autograd has not run in this iteration")


def _block(
    scene: Scene,
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
    window = Window(index, view.grid_top, view.grid_left, layout.grid_rows, layout.grid_columns)
    return block_of(value, window, scene.summaries)


def _error_block(
    scene: Scene, view: View, manual: object, autograd: Tensor | None, index: tuple[int, ...]
) -> Block:
    if not isinstance(manual, Tensor) or autograd is None:
        return Block(missing="the error appears when the gradient is written")
    if manual.shape != autograd.shape:
        shapes = f"{list(manual.shape)} against {list(autograd.shape)}"
        return Block(missing=f"the shapes differ: {shapes}")
    if manual.is_complex() or autograd.is_complex():
        return Block(missing="the gradient is complex")
    left, right = _block(scene, view, manual, index, ""), _block(scene, view, autograd, index, "")
    pairs = [zip(*rows, strict=True) for rows in zip(left.rows, right.rows, strict=True)]
    rows = tuple(tuple(_error(*entries) for entries in pair) for pair in pairs)
    finite = [abs(error) for row in rows for error in row if math.isfinite(error)]
    return replace(left, rows=rows, magnitude=max(finite, default=0.0), integer=False)


def _error(manual: float, autograd: float) -> float:
    """The difference; 0 for the same infinity or NaN on both sides, infinite where only one has it."""
    if math.isfinite(manual) and math.isfinite(autograd):
        return manual - autograd
    same = manual == autograd or (math.isnan(manual) and math.isnan(autograd))
    return 0.0 if same else math.inf


def _made_by(program: Program, name: str) -> str:
    for kind in ("forward", "parameters", "setup"):
        section = program.section(kind)
        makers = [s.text for s in (section.statements if section else ()) if name in s.writes]
        if makers:
            return makers[-1]
    return ""


def _used_by(program: Program, name: str) -> tuple[str, ...]:
    section = program.section("forward")
    statements = section.statements if section else ()
    return tuple(s.text for s in statements if name in s.reads and name not in s.binds)[:_MENTIONED]


def _written_by(program: Program, name: str) -> tuple[str, ...]:
    section = program.section("backward")
    statements = section.statements if section else ()
    return tuple(s.text for s in statements if name in s.writes)[:_MENTIONED]
