"""What stands beside the program while it is stepped: where runs stop, what is watched and evaluated."""

from __future__ import annotations

from ..execution.iteration import Iteration
from ..execution.session import Session
from .breakpoints import next_stop, toggled
from .conditions import Judgements, Lookout
from .cursor import View
from .evaluation import Evaluations
from .scene import Scene
from .watches import Watches
from .wire.commands import Command, Evaluate, SetStops, SetWatches, ToggleBreakpoint
from .wire.stops import Stop, Stops


class Beside:
    """It outlives a new start, and changes nothing of the program."""

    def __init__(self) -> None:
        self.stops = Stops()
        self.watches = Watches()
        self.evaluations = Evaluations()
        self._lookout = Lookout()

    def obey(self, command: Command, scene: Scene, view: View) -> str:
        """Do what a command says of it; why not, where that is not possible."""
        reason = ""
        match command:
            case ToggleBreakpoint(line):
                self.stops, reason = toggled(scene, view, line)
            case SetStops(stops):
                self.stops = stops
            case SetWatches(texts):
                self.watches.set(texts)
            case Evaluate(text):
                self.evaluations.add(text, scene.session, scene.record, view.ran)
        return reason

    def ahead(self, record: Iteration | None, view: View) -> Stop | None:
        """The breakpoint that is met next in the record on the screen."""
        return next_stop(record, self.stops, view.ran + 1) if record is not None else None

    def within(self, record: Iteration, session: Session, judged: Judgements, *, lines: bool) -> Stop | None:
        """What a run meets first in an iteration: a condition, or, if `lines` count, a breakpoint.

        Raises:
            Cancelled: an expression was stopped.
        """
        line = next_stop(record, self.stops, 0) if lines else None
        condition = self._lookout.stop(self.stops, session, record, judged)
        return min(filter(None, (line, condition)), key=lambda stop: stop.ran, default=None)
