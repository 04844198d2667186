"""The inspector: the window of the selected tensor, and what is said of its gradient."""

from __future__ import annotations

import math

from msgspec.structs import replace

from ...execution.gradients.gradient import Gradient
from ...execution.recording.steps import MISSING
from ...judging.judgement import Judgement
from ...program.program import Program
from ...tensors.comparison import Comparison
from ...tensors.inert import is_tensor
from ...tensors.kinds import device_of
from ...verdict import Verdict
from ..cursor import View
from ..scene import Scene
from ..sentences import EXACT, facts, sentence
from ..summaries.entries import Entries, slice_at, slices_of
from ..wire.inspected import Block, Heat, Inspector, Tab
from .arrangement import Arrangement, Panel, arranged, settled, window
from .cells import at_worst, cell
from .health import statistics_of, update_ratio, warnings
from .heatmap import heat
from .sources import Sources, shape_of, sources
from .tolerance import rounding

_MENTIONED = 10
"""Statements that are quoted about one tensor at most."""


def inspector(scene: Scene, view: View) -> tuple[Inspector, View]:
    """The selected tensor's window, and the view scrolled to what there is."""
    if not view.selected:
        return Inspector(tab=view.tab), view
    found = sources(scene, view)
    shape = shape_of(found)
    view = at_worst(scene, view, found)
    view = view.looking(slice=min(view.look.slice, slices_of(shape) - 1))
    arrangement = arranged(scene, view, found)
    view = settled(arrangement, view)
    known = statistics_of(scene, view, found)
    ratio = update_ratio(scene, view) if view.tab is Tab.VALUE else None
    pane = replace(
        _described(scene, view),
        form=arrangement.form,
        blocks=_blocks(scene, view, found, arrangement),
        heat=_heat(scene, view, found, arrangement),
        cell=cell(view, found, arrangement),
        statistics=known,
        ratio=ratio,
        warnings=warnings(scene, view, found, known, ratio),
        under_way=_under_way(scene),
        slice_index=slice_at(shape, view.look.slice),
    )
    return pane, view


def _described(scene: Scene, view: View) -> Inspector:
    """What is said of it in words."""
    name, program = view.selected, scene.session.program
    value = scene.value(name, view.ran)
    summary = scene.summaries.look(value).summary if is_tensor(value) else None
    gradient, judgement = scene.settled(name, view.ran), scene.judgement(name, view.ran)
    return Inspector(
        name=name,
        shape=summary.shape if summary is not None else None,
        dtype=summary.dtype if summary is not None else "",
        device=device_of(value) if is_tensor(value) else "",
        tab=view.tab,
        verdict=judgement.verdict if judgement is not None else None,
        sentence=sentence(judgement) if judgement is not None else "",
        facts=_facts(scene, gradient, judgement) if gradient is not None and judgement is not None else (),
        made_by=_made_by(program, name),
        used_by=_used_by(program, name),
        written_by=_written_by(program, scene.gradient_of(name)),
    )


def _under_way(scene: Scene) -> str:
    """`34 % looked through`; nothing where all is known."""
    done = scene.surveys.asked
    return "" if done is None else f"{done:.0%} looked through"


def _facts(scene: Scene, gradient: Gradient, judgement: Judgement) -> tuple[str, ...]:
    """What is said of a gradient, and of the helper variable that it is wrong because of."""
    record = scene.record
    helpers = [name for name in judgement.inherited_from if record and name not in record.gradients]
    known = [(name, scene.judgements[name]) for name in helpers if name in scene.judgements]
    comparison = _comparison(scene, gradient, judgement)
    return (*(f"{name}: {sentence(one)}" for name, one in known), *facts(comparison, judgement))


def _comparison(scene: Scene, gradient: Gradient, judgement: Judgement) -> Comparison:
    """How it compares end to end; no more than the verdict where its line did not run, and while a large
    one is looked through."""
    manual, autograd, verdict = gradient.value, gradient.reference, Comparison(gradient.verdict)
    if manual is MISSING and judgement.verdict is not Verdict.NOT_WRITTEN:
        return verdict
    known = gradient.verdict.misfits or gradient.name in gradient.compared_before
    if known or not is_tensor(manual) or autograd is None:
        return gradient.comparison
    same_type = (manual.dtype, manual.device) == (autograd.dtype, autograd.device)
    if gradient.verdict is Verdict.EXACT and same_type:
        return EXACT
    key, count = ("comparison", gradient.name, id(manual)), autograd.numel()
    return scene.surveys.ask(key, manual, count, gradient.comparing, verdict)


def _heat(scene: Scene, view: View, found: Sources, arrangement: Arrangement) -> Heat | None:
    entries, map = found[view.tab], arrangement.map
    if map is None or not isinstance(entries, Entries):
        return None
    within = rounding(scene, view, found) if view.tab is Tab.ERROR else 0.0
    return heat(scene, view, entries, map, within)


def _blocks(scene: Scene, view: View, found: Sources, arrangement: Arrangement) -> dict[Tab, Block]:
    blocks = {tab: _block(one, arrangement.panels.get(tab), view) for tab, one in found.items()}
    within = rounding(scene, view, found)
    blocks[Tab.ERROR] = replace(blocks[Tab.ERROR], within=math.inf if within is None else within)
    return blocks


def _block(source: Entries | str, panel: Panel | None, view: View) -> Block:
    """The numbers in view; only these leave the engine."""
    if not isinstance(source, Entries):
        return Block(missing=source)
    if panel is None:
        return Block()
    matrix, grid = source.matrix(view.look.slice), panel.grid
    (top, left), (bottom, end) = window(panel, view.look)
    if grid.fold:
        row = matrix[0, top * grid.fold : bottom * grid.fold].numbers().tolist()
        rows = [row[at : at + grid.fold] for at in range(0, len(row), grid.fold)]
    else:
        rows = matrix[top:bottom, left:end].numbers().tolist()
    return Block(tuple(map(tuple, rows)), top, left, grid, panel.scale, panel.step, panel.margin)


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
