"""From a scene to a frame: everything in view, nothing else."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import replace

from msgspec import structs

from ...execution.gradients.gradient import Gradient
from ...execution.iteration import Iteration
from ...judging.calls import gravest
from ...program.frame import in_one_call
from ...tensors.kinds import device_of
from ...verdict import Verdict
from ..cursor import View, goes_on
from ..inspector.inspector import inspector
from ..scene import Scene, is_told
from ..wire.curve import Curve
from ..wire.frame import Frame, Status
from ..wire.looks import tensor_rows_in
from .attention import line_attended, settled, told, wanting
from .curves import curves_of
from .numbers import done_by_hand, words_of
from .program_lines import call_of_line, current_line, program_lines
from .tensor_rows import tensor_rows

_OF_THEIR_OWN = (Verdict.NOT_WRITTEN, Verdict.INHERITED)
"""Verdicts that do not pass and are counted by themselves."""


def picture(scene: Scene, view: View, handled: int) -> tuple[Frame, View]:
    """The frame of a scene, and the view settled to what it shows."""
    scene.surveys.begin_picture()
    names = scene.tensor_names
    found = wanting(scene, view.ran)
    height = tensor_rows_in(view.layout, len(scene.watches))
    view = _settled(settled(scene, view, found), names, height)
    pane, view = inspector(scene, view)  # what it asks for is looked for first
    lines, view = program_lines(scene, view, line_attended(view, found))
    shown = names[view.tensors_top : view.tensors_top + height]
    frame = Frame(
        handled=handled,
        status=_status(scene, view),
        lines=lines,
        lines_total=len(scene.session.program.lines),
        current_line=current_line(scene.record, view),
        call=call_of_line(scene.record, view),
        tensors=tensor_rows(scene, view, shown),
        tensors_top=view.tensors_top,
        tensors_total=len(names),
        inspector=pane,
        losses=_losses(scene, view),
        curves=curves_of(scene, view),
        notes=_notes(scene, view),
        failure=scene.failure(view.ran),
        complete=_complete(scene),
        attention=told(view, found),
        answer=scene.answer,
        stops=scene.stops,
        watches=scene.watches,
        evaluated=scene.evaluated,
        by_hand=done_by_hand(scene.session),
        file=scene.file,
    )
    scene.surveys.end_picture()
    return frame, view


def _settled(view: View, names: list[str], height: int) -> View:
    """A selection that exists, scrolled into view."""
    if not names:
        return replace(view, selected="", tensors_top=0)
    selected = view.selected if view.selected in names else names[0]
    rows = max(height, 1)
    at = names.index(selected)
    top = view.tensors_top
    if selected != view.selected or not top <= at < top + rows:
        top = min(max(top, at - rows + 1), at)
    top = min(max(top, 0), max(len(names) - rows, 0))
    return replace(view, selected=selected, tensors_top=top)


def _status(scene: Scene, view: View) -> Status:
    record, failure = scene.record, scene.failure(view.ran)
    base = Status(
        program=scene.session.program.name,
        running=scene.running,
        line_check_due=scene.line_check_due,
        watches_due=scene.watches_due,
        speed=scene.speed,
        target=scene.target,
        computes_loss=scene.session.program.computes_loss,
        stopped=failure.section if failure is not None and record is None else "",
    )
    if record is None:
        return base
    phase, statement, statements = _place(record, view.ran)
    counts, to_come = _counts(scene, view.ran)
    written = [names for names in scene.told_once if names[0] in record.gradients]
    return structs.replace(
        base,
        iteration=record.number,
        phase=phase,
        statement=statement,
        statements=statements,
        loss=record.loss if base.computes_loss and view.ran >= record.turn else None,
        exact=counts[Verdict.EXACT],
        close=counts[Verdict.CLOSE],
        wrong=sum(
            counts[verdict] for verdict in counts if not verdict.passes and verdict not in _OF_THEIR_OWN
        ),
        inherited=counts[Verdict.INHERITED],
        unwritten=counts[Verdict.NOT_WRITTEN] + len(scene.without_gradient),
        passing=sum(all(scene.judgements[name].verdict.passes for name in names) for names in written),
        gradients=len(written) + len(scene.without_gradient),
        to_come=to_come,
        device=_device(record),
    )


def _place(record: Iteration, ran: int) -> tuple[str, int, int]:
    sections = [step.statement.section for step in record.steps]
    phase = sections[ran - 1] if ran else ""
    within = [at for at, section in enumerate(sections, 1) if section == phase and not goes_on(record, at)]
    done = bisect_right(within, ran)
    return phase, done, max(len(within), _of_section(record, phase))


def _of_section(record: Iteration, phase: str) -> int:
    """How many statements the section has that raised: those that did not run are to come."""
    failure = record.failure
    if failure is None or failure.section != phase:
        return 0
    return sum(statement.section == phase for statement in record.recorder.statements)


def _losses(scene: Scene, view: View) -> Curve:
    if not scene.session.program.computes_loss:
        return Curve()
    return scene.losses.curve(view.layout.loss_columns, newest=_has_loss(scene, view.ran))


def _has_loss(scene: Scene, ran: int) -> bool:
    """Whether the newest loss belongs to what has run."""
    record = scene.record
    return record is None or record.failure is not None or ran >= record.turn


def _complete(scene: Scene) -> int:
    """How many iterations are complete by the record."""
    return 0 if scene.record is None else scene.record.number + (scene.record.failure is None)


def _device(record: Iteration) -> str:
    tensor = next(iter(record.references.gradients.values()), None)
    return "" if tensor is None else device_of(tensor)


def _counts(scene: Scene, ran: int) -> tuple[Counter[Verdict], int]:
    """How many lines have which verdict, one of a function once for all its calls; how many none yet."""
    helpers = {name for names in scene.wrong_helpers.values() for name in names}
    known = scene.record.gradients if scene.record is not None else {}
    told = {name for name in known if _counts_now(scene, known[name], ran)} | helpers
    verdicts = [[scene.judgements[one].verdict for one in names if one in told] for names in scene.told_once]
    return Counter(map(gravest, filter(None, verdicts))), sum(not some for some in verdicts)


def _counts_now(scene: Scene, gradient: Gradient, ran: int) -> bool:
    """Whether a gradient is among the counts: what fails belongs to the text, as in the gutter."""
    record = scene.record
    if record is None:
        return False
    fails = not scene.judgements[gradient.name].verdict.passes
    return is_told(record, gradient, len(record.steps) if fails else ran)


def _notes(scene: Scene, view: View) -> tuple[str, ...]:
    standing, record, stop = scene.standing, scene.record, scene.standing.stop
    at_end = record is None or view.ran >= len(record.steps)
    notes = (*scene.file.words, *standing.notes, *(standing.of_end if at_end else ()))
    if stop is not None and stop.ran == view.ran:
        notes = (stop.words, *notes)
    notes = (*notes, *words_of(scene.session, record.number if record is not None else 0))
    notes = tuple(map(in_one_call, notes))
    if record is None:
        return notes
    return notes + tuple(slip.message for slip in scene.session.unpaired(record))
