"""The stepper: a cursor over recorded iterations, moved by commands, shown as frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..execution.cancel import Cancelled
from ..execution.silence import silenced
from ..execution.trouble import trouble
from ..program.program import Program
from ..tutor.answer import Asked
from .another_future import done_by_hand, reload, set_number
from .cursor import View
from .inspector.cells import moved, toggled
from .moving import advance, go_to, go_to_change, run_until
from .sitting import Sitting
from .stop_notes import why_ended, why_not_begun
from .view.attention import moved_on, wanting
from .view.lines_of_tensor import selecting_at
from .view.rendering import picture
from .wire.commands import (
    Advance,
    Ask,
    ChangeSpeed,
    CheckLines,
    Command,
    DoByHand,
    Evaluate,
    GoTo,
    GoToChange,
    ModuleChanged,
    Reload,
    Restart,
    Resume,
    SetNumber,
    TakeBack,
    ToggleRun,
)
from .wire.frame import Frame
from .wire.looks import Attend, Layout, MoveCell, Select, SelectAt, ToggleHeatmap
from .wire.stops import Stop

_LEAVES_TOLD = (Evaluate, DoByHand, Layout, Reload, ModuleChanged)
"""What may come between an evaluation and the picture that tells it: more of them, and what no key sends."""


class Stepper:
    """What is done when a command comes, or a run goes on."""

    def __init__(self, program: Program, seed: int) -> None:
        self.now = Sitting(program, seed)

    def begin(self) -> None:
        """Run setup and parameters."""
        self.now.begin()

    def run_until(self, deadline: float, asked: Callable[[], bool] = lambda: False) -> None:
        """Iterate while running, at the chosen speed, until the deadline or until something is asked for."""
        run_until(self.now, deadline, asked)

    def handle(self, command: Command) -> None:
        """Do what a command says."""
        if not isinstance(command, _LEAVES_TOLD):
            self.now.beside.evaluations.newest = ()
        self._obey(command)
        self.now.look_at_rest()
        self.now.say_what_became_right()

    def _obey(self, command: Command) -> None:
        match command:
            case Advance() | ToggleRun() | GoTo() if not self.now.session.ready:
                self.now.say(*why_not_begun(self.now.standing.failure))
            case ToggleRun() if not self.now.pace.running and (stop := self._met_next):
                self.now.stop_at(stop)
            case ToggleRun() if self.now.session.ended:
                self.now.say(why_ended(self.now.session))
            case Advance(unit, by):
                advance(self.now, unit, by)
            case ToggleRun():
                self.now.pace.toggle()
            case GoToChange():
                go_to_change(self.now)
            case ChangeSpeed(by):
                self.now.pace.change(by)
            case GoTo(iteration, again):
                go_to(self.now, iteration, straight=again)
            case Restart():
                self.now.restart()
            case _:
                self._look(command)

    def _look(self, command: Command) -> None:
        """Do what a command says that moves in no time."""
        match command:
            case CheckLines():
                self._ask_for_line_check()
            case Ask(asked):
                self._ask(asked)
            case TakeBack():
                self.now.say(self.now.answers.take_back())
            case Attend(by):
                self._attend(by)
            case Resume():
                self.now.say("there is no earlier place in this program to go on from")
            case Reload():
                reload(self.now, command)
            case SetNumber():
                set_number(self.now, command)
            case DoByHand():
                done_by_hand(self.now, command)
            case ModuleChanged(name):
                self.now.edits.modules |= {name}
            case Select() | SelectAt() | MoveCell() | ToggleHeatmap():
                self.now.view = self._led(command)
            case _:
                self._obey_beside(command)

    def _led(self, command: Select | SelectAt | MoveCell | ToggleHeatmap) -> View:
        """The view after a command for which it matters what there is to be seen."""
        scene, view = self.now.scene, self.now.view
        match command:
            case Select(by):
                return view.selecting(scene.tensor_names, by)
            case SelectAt(line):
                return selecting_at(scene, view, line)
            case MoveCell():
                return moved(scene, view, command)
        return toggled(scene, view)

    def stumble(self, error: BaseException) -> None:
        """Something broke outside a program's own iteration: a cancel between two, or a mistake."""
        self.now.pace.pause()
        self.now.look_at_rest()
        if isinstance(error, Cancelled):
            self.now.say("stopped")
            return
        self.now.standing = replace(self.now.standing, failure=trouble(error, self.now.session.program))

    def check_lines(self) -> None:
        """Judge every line of the record on its own."""
        with silenced():
            told = self.now.line_check.run(self.now.session, self.now.standing.record)
        self.now.say_more(*told)
        self.now.say_what_became_right()

    def glance(self) -> None:
        """Measure what the curves may be asked for, once the picture is up: no key waits for it."""
        record = self.now.standing.record
        if record is not None and record.failure is None:
            self.now.measures.glance(record, self.now.session)

    def frame(self, handled: int) -> Frame:
        """The picture of now. It settles the view first, so that what it shows is inside."""
        frame, self.now.view = picture(self.now.scene, self.now.view, handled)
        return frame

    def _obey_beside(self, command: Command) -> None:
        """What only looks, or says where runs stop."""
        if isinstance(command, Evaluate):
            self.now.pace.pause()
        if reason := self.now.beside.obey(command, self.now.scene, self.now.view):
            self.now.say(reason)
        self.now.view = self.now.view.after(command)

    def _attend(self, by: int) -> None:
        scene = self.now.scene
        found = wanting(scene, self.now.view.ran)
        self.now.view = moved_on(self.now.view, found, by)
        if not found and not self.now.line_check.due:
            words = "no gradient wants attention" if scene.record is not None else "nothing has run yet"
            self.now.say(words)

    def _ask(self, asked: Asked) -> None:
        """Answer about the selected tensor."""
        self.now.pace.pause()
        record = self.now.standing.record
        if record is None:
            self.now.say("no iteration has run yet: space runs one")
        elif record.loss is None:
            self.now.say(f"iteration {record.number} ended before its loss: it has no gradients to ask about")
        else:
            judged = self.now.line_check.judgements
            if self.now.line_check.due and self.now.view.attended is None:
                self.now.view = replace(self.now.view, attended="")  # what is asked about stays selected
            self.now.answers.ask(asked, self.now.view.selected, self.now.session, record, judged)

    def _ask_for_line_check(self) -> None:
        if self.now.standing.record is None:
            self.now.say("no iteration has run yet: space runs one")
        else:
            self.now.line_check.ask()

    @property
    def _met_next(self) -> Stop | None:
        return self.now.beside.ahead(self.now.standing.record, self.now.view)
