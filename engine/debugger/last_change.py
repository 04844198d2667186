"""Back to the statement that last changed a value, in the iteration on the screen or in one before."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter

from ..execution.futures import go_before, run
from ..execution.iteration import Iteration
from ..execution.session import Session
from ..execution.silence import silenced
from ..program.program import BEGINNING, Program
from .cursor import View
from .scene import Scene
from .wire.inspected import Tab
from .wire.stops import Stop


def looked_at(scene: Scene, view: View) -> str:
    """The name whose changes are asked for: the selected tensor, or its gradient where that is shown."""
    of_gradient = view.tab in (Tab.MANUAL, Tab.ERROR)
    return scene.gradient_of(view.selected) if of_gradient and view.selected else view.selected


def change_before(record: Iteration, name: str, ran: int) -> Stop | None:
    """The last change of a name that is not the one that the cursor stands at, after `ran` steps."""
    writes = record.history.get(name, ())
    at = bisect_left(writes, ran - 1, key=itemgetter(0)) - 1
    if at < 0 or writes[at][0] < 0:
        return None
    position = writes[at][0]
    line = record.steps[position].statement.line
    return Stop(f"{name} was changed at line {line} of iteration {record.number}", position + 1)


def may_have_changed(session: Session, record: Iteration, name: str) -> bool:
    """Whether earlier iterations can have changed a name: a line writes it, or one did under another name."""
    written = any(name in one.writes for one in session.program.statements if one.section not in BEGINNING)
    return written or any(position >= 0 for position, _ in record.history.get(name, ()))


def never_changed(program: Program, name: str) -> str:
    """What is said of a name that no iteration has changed."""
    makers = [one for one in program.statements if one.section in BEGINNING and name in one.writes]
    if not makers:
        return f"nothing has changed {name} before"
    return f"{name} is as line {makers[-1].line} of {makers[-1].section} has made it"


def last_changed(session: Session, name: str, number: int) -> int | None:
    """The last iteration before this one in which a name was changed; the session is before it then.

    Where there is none the session is before the first iteration. Iterations run again from the kept states
    on, those nearest first, in silence.

    Raises:
        Cancelled: somebody stopped it; the session is before some iteration.
        NotRepeated: an iteration fails that did not before; the session is before it.
    """
    end = number
    while end > 0:
        records = _again(session, end - 1, end) if end == number else _again(session, None, end)
        found, start = None, end
        for record in records:
            start = min(start, record.number)
            if any(position >= 0 for position, _ in record.history.get(name, ())):
                found = record.number
        if found is not None or start == 0:
            go_before(session, found or 0)
            return found
        end = start
    return None


def _again(session: Session, first: int | None, end: int) -> Iterator[Iteration]:
    """The iterations up to one, from `first` on, or from the last kept state before that."""
    with silenced():
        if first is not None:
            go_before(session, first)
        else:
            session.go_to(end - 1)
        while session.number < end:
            yield run(session)
