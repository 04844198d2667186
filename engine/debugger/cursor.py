"""What is in view: the cursor, the selected tensor, the tab, how far each pane is scrolled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..execution.iteration import Iteration
from ..execution.recording.steps import Step
from ..program.frame import Frame, is_inside
from ..program.statements import Statement
from .folds import line_of, row_of
from .wire.commands import Command, Unit
from .wire.grid import Entry
from .wire.inspected import Tab
from .wire.looks import (
    ChangeSlice,
    GoToWorst,
    Layout,
    OpenCells,
    Pane,
    Scroll,
    SelectName,
    ShowCurves,
    ShowLine,
    ShowTab,
    top_showing,
)


@dataclass(frozen=True)
class Look:
    """What of the selected tensor is in view: one of its matrices, from which line and column on."""

    slice: int = 0
    top: int = 0
    left: int = 0
    cursor: bool = False
    """Whether the cell cursor is open."""
    entry: Entry = (0, 0)
    """Where the cell cursor is in the matrix."""
    worst: int = 0
    """The how-many-th worst entry the cursor is to be at; 0 where it is moved by hand."""
    heat: bool | None = None
    """Whether it is a heatmap, as somebody chose; else errors that are too many for numbers are."""

    def elsewhere(self) -> Look:
        """The same way of looking at another tensor."""
        return Look(cursor=self.cursor, heat=self.heat)


@dataclass(frozen=True)
class View:
    """`ran` steps of the recorded iteration have run, as far as the screen shows."""

    ran: int = 0
    selected: str = ""
    tab: Tab = Tab.VALUE
    program_top: int = 1
    follow: bool = True
    """Whether the program has to be scrolled to the current line."""
    tensors_top: int = 0
    look: Look = field(default_factory=Look)
    layout: Layout = field(default_factory=Layout)
    attended: str | None = None
    """The gradient that was gone to as it wants attention; '' where a person selects, None where the first
    is to be gone to by itself."""
    changed: frozenset[str] = frozenset()
    """Names that the last move wrote, where it was shorter than an iteration."""
    written: frozenset[int] = frozenset()
    """The lines of the program that are new since the last move."""
    curves: ShowCurves = field(default_factory=ShowCurves)

    @property
    def measured(self) -> tuple[str, ...]:
        """The tensors that are measured in every iteration: those of the curves."""
        selected = (self.selected,) if self.curves.columns and self.selected else ()
        return tuple(dict.fromkeys((*self.curves.tensors, *selected)))

    def moving(self, record: Iteration, ran: int, *, fresh: bool) -> View:
        """The view after a move; the selection follows a statement to the tensor it is about."""
        ran = min(max(ran, 0), len(record.steps))
        begin = 0 if fresh else self.ran
        low, high = min(begin, ran), max(begin, ran)
        whole = high - low >= len(record.steps)
        names = {slot.name for step in record.steps[low:high] for slot in step.slots}
        changed = frozenset() if whole else frozenset(names)
        attended = "" if self.attended and not whole else self.attended
        view = replace(self, ran=ran, changed=changed, written=frozenset(), attended=attended, follow=True)
        return view if whole or ran == 0 else view._following(record)

    def stopping(self, ran: int, gradient: str) -> View:
        """The view where a run has stopped after so many steps, for the gradient of a tensor or for none."""
        attended = None if self.attended is None and not gradient else ""
        view = replace(self, ran=ran, changed=frozenset(), attended=attended, follow=True)
        return view.at(gradient, Tab.MANUAL) if gradient else view

    def awaiting(self) -> View:
        """The view that goes to the first gradient that wants attention, once the verdicts are there."""
        return replace(self, attended=None)

    def _following(self, record: Iteration) -> View:
        for slot in reversed(record.steps[self.ran - 1].slots):
            gradient = record.gradients.get(slot.name)
            name = gradient.tensor if gradient else slot.name
            if name in record.references.gradients and (gradient or not is_inside(name)):
                tab = Tab.MANUAL if gradient else Tab.VALUE
                return self.at(name, tab)
        return self

    def at(self, name: str, tab: Tab) -> View:
        """The view with a tensor selected."""
        if name == self.selected:
            return self.showing(tab)
        return replace(self, selected=name, tab=tab, look=self.look.elsewhere())

    def showing(self, tab: Tab) -> View:
        """The view with a tab chosen."""
        return replace(self, tab=tab, look=self.look if tab is self.tab else replace(self.look, worst=0))

    def after(self, command: Command) -> View:
        """The view after a command that changes only what is in view, whatever there is to be seen."""
        match command:
            case SelectName(name, by_hand):
                return replace(self.at(name, self.tab), attended="" if by_hand else self.attended)
            case ShowTab(tab):
                return self.showing(tab)
            case Scroll(pane, rows, columns):
                return self._scrolling(Pane(pane), rows, columns)
            case ShowLine():
                layout = self.layout
                top = top_showing(command, self.program_top, layout.program_rows, layout.folds)
                return replace(self, program_top=top, follow=False)
            case ChangeSlice(by):
                return self.looking(slice=max(self.look.slice + by, 0), worst=0)
            case OpenCells(opened):
                return self.looking(cursor=opened, worst=0)
            case GoToWorst():
                further = self.look.worst + self.look.cursor
                return self.looking(cursor=True, worst=max(further, 1))
            case Layout():
                return replace(self, layout=command)
            case ShowCurves():
                return replace(self, curves=command)
        return self

    def looking(self, **changes: Any) -> View:
        """The view with another look at the selected tensor."""
        return replace(self, look=replace(self.look, **changes))

    def selecting(self, names: Sequence[str], by: int) -> View:
        """The view with the next or previous of the tensors selected."""
        if not names:
            return self
        at = names.index(self.selected) if self.selected in names else 0 if by > 0 else 1
        chosen = names[min(max(at + by, 0), len(names) - 1)] if self.selected else names[0]
        return replace(self.at(chosen, self.tab), attended="")

    def _scrolling(self, pane: Pane, rows: int, columns: int) -> View:
        """The view with a pane scrolled; it is brought back inside when it is drawn."""
        if pane is Pane.TENSORS:
            return replace(self, tensors_top=self.tensors_top + rows)
        if pane is Pane.INSPECTOR:
            top, left = self.look.top + rows, self.look.left + columns
            return self.looking(top=max(top, 0), left=max(left, 0), worst=0)
        folds = self.layout.folds
        top = line_of(folds, row_of(folds, self.program_top) + rows)
        return replace(self, program_top=top, follow=False)


def moved(record: Iteration, ran: int, unit: Unit, by: int) -> int:
    """How many steps have run after a move by one unit, forth (+1) or back (-1); may be one too far."""
    if unit is Unit.ITERATION:
        return len(record.steps) if by > 0 else 0
    if unit is Unit.PHASE:
        return _phase_end(record, ran) if by > 0 else _phase_start(record, ran)
    if unit is Unit.CALL and (after := _after_call(record, ran)) is not None:
        return after
    return _statement_on(record, ran, 1 if by > 0 else -1)


def _statement_on(record: Iteration, ran: int, by: int) -> int:
    """One step on; what gives a call its arguments, or its values names, is one together."""
    to = ran + by
    while goes_on(record, to):
        to += by
    return to


def goes_on(record: Iteration, ran: int) -> bool:
    """Whether the cursor does not stay after so many steps: what comes next is one with what ran last."""
    return 0 < ran < len(record.steps) and _are_one(record.steps[ran - 1], record.steps[ran])


def _are_one(before: Step, after: Step) -> bool:
    one, other = before.statement, after.statement
    if (one.line, one.frame) != (other.line, other.frame) or one.number == other.number:
        return False
    return (one.hands_on and other.hands_on and one.enters == other.enters) or (one.returns and other.returns)


def _after_call(record: Iteration, ran: int) -> int | None:
    """How many steps have run once the call is over that comes next; None where none does."""
    steps = record.steps
    call = steps[ran].statement.frame if ran < len(steps) and steps[ran].statement.enters else None
    if call is None:
        return None
    while ran < len(steps) and call in _calls_around(steps[ran].statement):
        ran += 1
    while ran < len(steps) and steps[ran].statement.hands_on and steps[ran].statement.line == call.line:
        if steps[ran].statement.enters:
            break
        ran += 1
    return ran


def _calls_around(statement: Statement) -> tuple[Frame, ...]:
    return statement.frame.chain if statement.frame is not None else ()


def _phase_end(record: Iteration, ran: int) -> int:
    """How many steps have run at the end of the phase that runs next."""
    section = record.steps[ran].statement.section if ran < len(record.steps) else ""
    while ran < len(record.steps) and record.steps[ran].statement.section == section:
        ran += 1
    return ran


def _phase_start(record: Iteration, ran: int) -> int:
    """How many steps had run before the phase that ran last."""
    section = record.steps[ran - 1].statement.section if ran > 0 else ""
    while ran > 0 and record.steps[ran - 1].statement.section == section:
        ran -= 1
    return ran
