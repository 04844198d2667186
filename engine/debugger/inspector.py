"""The inspector: the window of the selected tensor, and what is said of its gradient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import torch

from ..execution.gradients.gradient import Gradient
from ..execution.recording.steps import MISSING
from ..judging.judgement import Judgement
from ..program.program import Program
from ..tensors.comparison import with_article
from ..tensors.inert import is_tensor, name_of_type
from ..tensors.kinds import Unreadable, device_of
from .cursor import View
from .frame import Block, Inspector, Tab
from .scene import Scene
from .sentences import facts, sentence
from .tensor_summary import Window, block_of, slice_at, slices_of

_MENTIONED = 10
"""Statements that are quoted about one tensor at most."""


def inspector(scene: Scene, view: View) -> tuple[Inspector, View]:
    """The selected tensor's window, and the view scrolled to what there is."""
    name = view.selected
    if not name:
        return Inspector(tab=view.tab), view
    value = scene.value(name, view.ran)
    values = _values(scene, view, name, value)
    view = _inside(scene, view, values)
    gradient = scene.settled(name, view.ran)
    judgement = scene.judgement(name, view.ran)
    program = scene.session.program
    summary = scene.summaries.look(value).summary if is_tensor(value) else None
    pane = Inspector(
        name=name,
        shape=summary.shape if summary is not None else None,
        dtype=summary.dtype if summary is not None else "",
        device=device_of(value) if is_tensor(value) else "",
        tab=view.tab,
        blocks=_blocks(scene, view, name, values),
        slice_index=slice_at(_shape(scene, values), view.slice),
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


def _values(scene: Scene, view: View, name: str, value: object) -> dict[Tab, object]:
    """What the tabs show, the error apart; the tensor may be bound later than its gradient."""
    ran = view.ran
    return {Tab.VALUE: value, Tab.AUTOGRAD: scene.autograd(name, ran), Tab.MANUAL: scene.manual(name, ran)}


def _shape(scene: Scene, values: Mapping[Tab, object]) -> tuple[int, ...]:
    """The shape that the window moves over: of the first of the values that has numbers."""
    shown = [scene.summaries.look(value).numbers for value in values.values() if is_tensor(value)]
    return next((tuple(one.shape) for one in shown if is_tensor(one) and one.numel()), ())


def _inside(scene: Scene, view: View, values: Mapping[Tab, object]) -> View:
    shape = _shape(scene, values)
    height, width = (1, 1, *shape)[-2:]
    top = max(min(view.grid_top, height - view.layout.grid_rows), 0)
    left = max(min(view.grid_left, width - view.layout.grid_columns), 0)
    return replace(view, grid_top=top, grid_left=left, slice=min(view.slice, slices_of(shape) - 1))


def _blocks(scene: Scene, view: View, name: str, values: Mapping[Tab, object]) -> dict[Tab, Block]:
    manual, autograd = values[Tab.MANUAL], values[Tab.AUTOGRAD]
    return {
        Tab.VALUE: _block(scene, view, values[Tab.VALUE], f"{name} has no value yet"),
        Tab.MANUAL: _block(scene, view, manual, _no_manual(scene, name)),
        Tab.AUTOGRAD: _block(scene, view, autograd, _no_autograd(scene, name, view.ran)),
        Tab.ERROR: _error_block(scene, view, manual, autograd),
    }


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


def _block(scene: Scene, view: View, value: object, missing: str) -> Block:
    if value is MISSING or value is Ellipsis:
        return Block(missing=missing)
    value = _as_tensor(value)
    if not is_tensor(value):
        kind = "None" if value is None else with_article(name_of_type(value))
        return Block(missing=f"{kind}, not a tensor")
    layout = view.layout
    window = Window(view.slice, view.grid_top, view.grid_left, layout.grid_rows, layout.grid_columns)
    return block_of(value, window, scene.summaries)


def _as_tensor(value: object) -> object:
    """A number as a tensor of no dimensions, anything else as it is."""
    if type(value) is not float and type(value) is not int and type(value) is not bool:
        return value
    try:
        return torch.tensor(float(value), device="cpu")
    except OverflowError:  # an integer beyond all floating numbers
        return value


def _error_block(scene: Scene, view: View, manual: object, autograd: object) -> Block:
    if not is_tensor(manual) or not is_tensor(autograd):
        return Block(missing=f"no {'autograd' if is_tensor(manual) else 'handwritten'} gradient to compare")
    ours, theirs = scene.summaries.look(manual), scene.summaries.look(autograd)
    if isinstance(ours.numbers, Unreadable) or isinstance(theirs.numbers, Unreadable):
        return Block(missing="there are no numbers to subtract")
    if ours.numbers.shape != theirs.numbers.shape:
        shapes = f"{list(ours.numbers.shape)} against {list(theirs.numbers.shape)}"
        return Block(missing=f"the shapes differ: {shapes}")
    if ours.numbers.is_complex() or theirs.numbers.is_complex():
        return Block(missing="the gradient is complex")
    left, right = _block(scene, view, manual, ""), _block(scene, view, autograd, "")
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
