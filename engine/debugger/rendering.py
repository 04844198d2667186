"""From the stepper to a frame: everything in view, nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ..execution.iteration import Iteration
from ..execution.steps import MISSING
from ..verdict import Verdict
from .cursor import View, tensor_names
from .frame import Frame, Status
from .inspector import inspector
from .program_lines import current_line, program_lines
from .scene import Scene, is_told, without_gradient
from .tensor_rows import tensor_rows

if TYPE_CHECKING:
    from .stepper import Stepper


def picture(stepper: Stepper, handled: int) -> tuple[Frame, View]:
    """The frame of now, and the view settled to what it shows."""
    scene = Scene(stepper.session, stepper.record, stepper.lines.judged, stepper.failure)
    names = tensor_names(stepper.session, stepper.record)
    view = _settled(stepper.view, names)
    lines, view = program_lines(scene, view)
    shown = names[view.tensors_top : view.tensors_top + view.layout.tensor_rows]
    pane, view = inspector(scene, view)
    frame = Frame(
        handled=handled,
        status=_status(stepper, view),
        lines=lines,
        lines_total=len(stepper.session.program.lines),
        current_line=current_line(stepper.record, view),
        tensors=tensor_rows(scene, view, shown),
        tensors_top=view.tensors_top,
        tensors_total=len(names),
        inspector=pane,
        losses=stepper.losses.curve(view.layout.loss_columns),
        output=stepper.output.lines(),
        output_total=stepper.output.total,
        notes=_notes(stepper),
        failure=stepper.failure,
        lesson=stepper.lesson,
    )
    return frame, view


def _settled(view: View, names: list[str]) -> View:
    """A selection that exists, scrolled into view."""
    if not names:
        return replace(view, selected="", tensors_top=0)
    selected = view.selected if view.selected in names else names[0]
    rows = max(view.layout.tensor_rows, 1)
    at = names.index(selected)
    top = view.tensors_top
    if selected != view.selected or not top <= at < top + rows:
        top = min(max(top, at - rows + 1), at)
    top = min(max(top, 0), max(len(names) - rows, 0))
    return replace(view, selected=selected, tensors_top=top)


def _status(stepper: Stepper, view: View) -> Status:
    record = stepper.record
    base = Status(
        program=stepper.session.program.name,
        running=stepper.pace.running,
        checking=stepper.lines.wanted,
        speed=stepper.pace.words,
        target=stepper.pace.target,
        stopped=stepper.failure.section if stepper.failure is not None and record is None else "",
    )
    if record is None:
        return base
    phase, statement, statements = _place(record, view.ran)
    counts = _counts(stepper, record, view.ran)
    return replace(
        base,
        iteration=record.number,
        phase=phase,
        statement=statement,
        statements=statements,
        loss=_loss(record, view.ran),
        exact=counts[Verdict.EXACT],
        close=counts[Verdict.CLOSE],
        wrong=sum(counts[verdict] for verdict in counts if not verdict.passes) - counts[Verdict.NOT_WRITTEN],
        unwritten=counts[Verdict.NOT_WRITTEN] + len(without_gradient(stepper.session)),
        to_come=sum(1 for g in record.gradients.values() if not is_told(record, g, view.ran)),
        device=_device(record),
        remark=_remark(stepper, record, view),
    )


def _place(record: Iteration, ran: int) -> tuple[str, int, int]:
    sections = [step.statement.section for step in record.steps]
    phase = sections[ran - 1] if ran else ""
    return phase, sections[:ran].count(phase), sections.count(phase)


def _loss(record: Iteration, ran: int) -> float | None:
    return None if record.value_at("loss", ran) is MISSING else record.loss


def _device(record: Iteration) -> str:
    tensor = next(iter(record.references.gradients.values()), None)
    return "" if tensor is None else str(tensor.device)


def _remark(stepper: Stepper, record: Iteration, view: View) -> str:
    name = f"d{view.selected}"
    judged, gradient = stepper.lines.judged.get(name), record.gradients.get(name)
    told = gradient is not None and is_told(record, gradient, view.ran)
    if not told or judged is None or judged.diagnosis is None:
        return ""
    return f"{name}: {judged.diagnosis.message}"


def _counts(stepper: Stepper, record: Iteration, ran: int) -> Counter[Verdict]:
    judged = stepper.lines.judged
    return Counter(judged[n].verdict for n, g in record.gradients.items() if is_told(record, g, ran))


def _notes(stepper: Stepper) -> tuple[str, ...]:
    record = stepper.record
    found = stepper.notes
    if record is not None:
        found += tuple(one.message for one in stepper.session.unpaired(record))
    return found
