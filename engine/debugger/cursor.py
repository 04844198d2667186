"""What is in view: the cursor, the selected tensor, the tab, how far each pane is scrolled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..execution.iteration import Iteration
from .commands import ChangeSlice, Command, Layout, Pane, Scroll, SelectName, ShowTab, Unit
from .frame import Tab


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
    grid_top: int = 0
    grid_left: int = 0
    slice: int = 0
    layout: Layout = field(default_factory=Layout)
    attended: str | None = None
    """The gradient that was gone to as it wants attention; '' where a person selects, None where the first
    is to be gone to by itself."""
    changed: frozenset[str] = frozenset()
    """Names that the last move wrote, where it was shorter than an iteration."""
    written: frozenset[int] = frozenset()
    """The lines of the program that are new since the last move."""

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
            if name in record.references.gradients:
                tab = Tab.MANUAL if gradient else Tab.VALUE
                return self.at(name, tab)
        return self

    def at(self, name: str, tab: Tab) -> View:
        """The view with a tensor selected."""
        if name == self.selected:
            return replace(self, tab=tab)
        return replace(self, selected=name, tab=tab, grid_top=0, grid_left=0, slice=0)

    def after(self, command: Command) -> View:
        """The view after a command that changes only what is in view, whatever there is to be seen."""
        match command:
            case SelectName(name, by_hand):
                return replace(self.at(name, self.tab), attended="" if by_hand else self.attended)
            case ShowTab(tab):
                return replace(self, tab=tab)
            case Scroll(pane, rows, columns):
                return self._scrolling(Pane(pane), rows, columns)
            case ChangeSlice(by):
                return replace(self, slice=max(self.slice + by, 0))
            case Layout():
                return replace(self, layout=command)
        return self

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
            top, left = self.grid_top + rows, self.grid_left + columns
            return replace(self, grid_top=max(top, 0), grid_left=max(left, 0))
        return replace(self, program_top=self.program_top + rows, follow=False)


def moved(record: Iteration, ran: int, unit: Unit, by: int) -> int:
    """How many steps have run after a move by one unit, forth (+1) or back (-1); may be one too far."""
    if unit is Unit.ITERATION:
        return len(record.steps) if by > 0 else 0
    if unit is Unit.PHASE:
        return _phase_end(record, ran) if by > 0 else _phase_start(record, ran)
    return ran + (1 if by > 0 else -1)


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
