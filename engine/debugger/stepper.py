"""The stepper: a cursor over recorded iterations, moved by commands, shown as frames."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from ..execution.cancel import Cancel, Cancelled
from ..execution.iteration import Iteration
from ..execution.namespace import forget_modules
from ..execution.session import Session
from ..execution.silence import silenced
from ..execution.trouble import trouble
from ..program.moves import Moves
from ..program.program import Program
from ..tutor.answer import Asked
from .answers import Answers
from .attention import moved_on, wanting
from .background_line_check import BackgroundLineCheck
from .beside import Beside
from .breakpoints import stop_on_the_way
from .commands import (
    Advance,
    Ask,
    Attend,
    ChangeSpeed,
    CheckLines,
    Command,
    Evaluate,
    GoTo,
    GoToChange,
    ModuleChanged,
    Reload,
    Restart,
    Select,
    SetNumber,
    TakeBack,
    ToggleRun,
    Unit,
)
from .cursor import View, moved
from .edits import Edits, in_place
from .frame import Frame
from .last_change import NotRepeated, change_before, last_changed, looked_at, may_have_changed, never_changed
from .loss_history import LossHistory
from .numbers import why_no_number
from .pace import Pace
from .rendering import picture
from .scene import Scene
from .standing import Standing
from .stop_notes import why_ended, why_not_begun
from .stops import Stop
from .tensor_summary import Summaries

_AT_ONCE = 0.05
"""Seconds that a run to an iteration goes on before the next key, which would pause it, is looked at."""


class Stepper:
    """A session and a view on it. Lives on the engine's thread."""

    def __init__(self, program: Program, seed: int) -> None:
        self.cancel = Cancel()
        self.session = Session(program, seed, self.cancel, remembers=True)
        self.pace = Pace()
        self.view = View()
        self.standing = Standing()
        self.beside = Beside()
        self.line_check = BackgroundLineCheck(self.cancel)
        self.edits = Edits(program)
        self._text = program
        """What the lines are of that are spoken of: in the view, where runs stop, in the line check."""
        self._losses = LossHistory()
        self._summaries = Summaries()
        self._answers = Answers()
        self._passing = False
        """Whether the newest record is one of a run that went on."""

    def begin(self) -> None:
        """Run setup and parameters."""
        failure = self.session.begin()
        self.edits.began(self.session.program)
        found = self.session.program.found
        words = (found.words,) if found is not None else ()
        self.standing = Standing(failure=failure, notes=(*words, *self.session.notes))

    def handle(self, command: Command) -> None:
        """Do what a command says."""
        if not isinstance(command, Evaluate):
            self.beside.evaluations.newest = ()
        self._obey(command)
        self._look_at_rest()
        self._say_what_became_right()

    def _obey(self, command: Command) -> None:
        match command:
            case Advance() | ToggleRun() | GoTo() if not self.session.ready:
                self._say(*why_not_begun(self.standing.failure))
            case ToggleRun() if not self.pace.running and (stop := self._met_next):
                self._stop_at(stop)
            case ToggleRun() if self.session.ended:
                self._say(why_ended(self.session))
            case Advance(unit, by):
                self._advance(unit, by)
            case ToggleRun():
                self.pace.toggle()
            case GoToChange():
                self._go_to_change()
            case ChangeSpeed(by):
                self.pace.change(by)
            case GoTo(iteration):
                self._go_to(iteration)
            case Restart():
                self._restart()
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
                self._say(self._answers.take_back())
            case Attend(by):
                self._attend(by)
            case Reload():
                self._reload(command)
            case SetNumber():
                self._set_number(command)
            case ModuleChanged(name):
                self.edits.modules |= {name}
            case Select(by):
                self.view = self.view.selecting(self.scene.tensor_names, by)
            case _:
                self._obey_beside(command)

    def stumble(self, error: BaseException) -> None:
        """Something broke outside a program's own iteration: a cancel between two, or a mistake."""
        self.pace.pause()
        if isinstance(error, Cancelled):
            self._say("stopped")
            return
        self.standing = replace(self.standing, failure=trouble(error, self.session.program))

    def run_until(self, deadline: float, asked: Callable[[], bool] = lambda: False) -> None:
        """Iterate while running, at the chosen speed, until the deadline or until something is asked for."""
        while self.pace.running:
            travels = self.pace.target is not None and self.session.was_here
            record = self._iterate()
            if not travels and (stop := self._met_in(record)) is not None:
                self._stop_at(stop)
            if record.failure is not None or self.session.ended or self.pace.reached(self.session.number):
                self.pace.pause()
            now = time.monotonic()
            if self.pace.passed(now) or now >= deadline or asked():
                break
        self._look_at_rest()

    def _look_at_rest(self) -> None:
        """Where a run has ended, or was stopped, its last record has its lines judged as any other."""
        record = self.standing.record
        if self._passing and not self.pace.running and record is not None:
            self._passing = False
            self.line_check.follow(record, at_rest=True)

    def check_lines(self) -> None:
        """Judge every line of the record on its own."""
        with silenced():
            told = self.line_check.run(self.session, self.standing.record)
        self._say(*dict.fromkeys((*self.standing.notes, *told)))
        self._say_what_became_right()

    def frame(self, handled: int) -> Frame:
        """The picture of now. It settles the view first, so that what it shows is inside."""
        frame, self.view = picture(self.scene, self.view, handled)
        return frame

    @property
    def scene(self) -> Scene:
        """Everything there is to show of now."""
        return Scene(
            session=self.session,
            standing=self.standing,
            judgements=self.line_check.judgements,
            line_check_due=self.line_check.due,
            wrong_functions=self.line_check.wrong_functions,
            summaries=self._summaries,
            losses=self._losses,
            answer=self._answers.newest,
            running=self.pace.running,
            speed=self.pace.words,
            target=self.pace.target,
            stops=self.beside.stops,
            watches=self.beside.watches.shown,
            watches_due=self.beside.watches.due(self.standing.record, self.view.ran),
            evaluated=self.beside.evaluations.newest,
            file=self.edits.state(self.session, self.standing.record),
        )

    def _say(self, *notes: str) -> None:
        self.standing = replace(self.standing, notes=notes)

    def _obey_beside(self, command: Command) -> None:
        """What only looks, or says where runs stop."""
        if isinstance(command, Evaluate):
            self.pace.pause()
        if reason := self.beside.obey(command, self.scene, self.view):
            self._say(reason)
        self.view = self.view.after(command)

    @property
    def _met_next(self) -> Stop | None:
        return self.beside.ahead(self.standing.record, self.view)

    def _met_in(self, record: Iteration) -> Stop | None:
        """What stops a run in an iteration: no breakpoint where it goes somewhere."""
        judged, lines = self.line_check.judgements, self.pace.target is None
        return self.beside.within(record, self.session, judged, lines=lines)

    def _stop_at(self, stop: Stop) -> None:
        self.pace.pause()
        self.standing = replace(self.standing, stop=stop)
        self.view = self.view.stopping(stop.ran, stop.gradient)

    def _go_to(self, iteration: int) -> None:
        """To the end of an iteration, before or after this one: so many are then complete."""
        self.pace.pause()
        if iteration <= 0:
            self._restart()
        elif iteration > self.session.number and self.session.ended:
            self._say(why_ended(self.session))
        else:
            self._travel(iteration)

    def _travel(self, iteration: int) -> None:
        """Go to a state that is known, and run from there."""
        before = self.session.number
        with silenced():
            failure = self.session.go_to(iteration - 1)
        if self.session.number < before:
            self._losses = LossHistory.of(self.session.losses)
        if failure is not None:
            self.standing = Standing(failure=failure)
            return
        self.pace.run(iteration)
        self.run_until(time.monotonic() + _AT_ONCE)

    def _go_to_change(self) -> None:
        """To the last change of what is looked at, before the one that the cursor stands at."""
        self.pace.pause()
        record, name = self.standing.record, looked_at(self.scene, self.view)
        if record is None:
            self._say("there is no iteration yet that could have changed anything")
            return
        stop = change_before(record, name, self.view.ran)
        if stop is None and may_have_changed(self.session, record, name):
            try:
                stop = self._earlier_change(record, name)
            except NotRepeated:
                self._show_next()
                return
        if stop is None:
            self._say(never_changed(self.session.program, name))
            return
        self.standing = replace(self.standing, stop=stop)
        self.view = replace(self.view, ran=stop.ran, changed=frozenset({name}), attended="", follow=True)

    def _earlier_change(self, record: Iteration, name: str) -> Stop | None:
        """The last change in the iterations before, which is on the screen then; else the first iteration."""
        try:
            found = last_changed(self.session, name, record.number) if record.number else None
        except Cancelled:
            self.cancel.clear()
            self._show_next()  # what is shown is where the session is, wherever that was stopped
            raise
        record = self._show_next() if record.number else record
        if found is None:
            self.view = replace(self.view, ran=0)
            return None
        return change_before(record, name, len(record.steps) + 1)

    def _show_next(self) -> Iteration:
        self._losses = LossHistory.of(self.session.losses)
        return self._iterate()

    def _attend(self, by: int) -> None:
        scene = self.scene
        found = wanting(scene, self.view.ran)
        self.view = moved_on(self.view, found, by)
        if not found and not self.line_check.due:
            words = "no gradient wants attention" if scene.record is not None else "nothing has run yet"
            self._say(words)

    def _reload(self, command: Reload) -> None:
        """Take another text of the file; where it goes on from what has run, at once."""
        goes_on = self.edits.received(command.text.program(), command.number, self.session)
        if not self.session.ready and self.edits.newest is not self.session.program:
            self._restart()
            self._say(*self.standing.notes, "begun anew with the file's new lines")
        elif goes_on and command.since is not None and self.standing.record is None:
            self.session.change(self.edits.newest, command.since)
        elif goes_on:
            before, judgements = self.standing.record, self.line_check.judgements
            self._run_again(self.edits.newest)
            self.edits.edited(before, judgements)

    def _set_number(self, command: SetNumber) -> None:
        """Set a name of setup to another number; what has run already runs again with it."""
        if reason := why_no_number(self.session, command.name):
            self._say(reason)
        elif command.since is not None and self.standing.record is None:
            self.session.set_number(command.since, command.name, command.number)
        else:
            self._run_again(None, command)

    def _run_again(self, program: Program | None, number: SetNumber | None = None) -> None:
        """The iteration on the screen with other lines, or a number, from its own start; the view stays."""
        self.pace.pause()
        before, view, lines = self.standing.record, self.view, self.session.program.lines
        self.session.run_again(before, program)
        if number is not None:
            self.session.set_number(self.session.number, number.name, number.number)
            self.line_check = BackgroundLineCheck(self.cancel)
        self._losses = LossHistory.of(self.session.losses)
        moves = Moves(lines, self.session.program.lines)
        if before is None:
            self._follow_text()
            self.view = replace(self.view, written=moves.written)
            return
        record = self._iterate()
        self.view = in_place(view, before, record, moves).awaiting()

    def _follow_text(self) -> None:
        """Where another text runs by now: what stands at lines goes where these are, nothing is judged."""
        if self._text is self.session.program:
            return
        moves = Moves(self._text.lines, self.session.program.lines)
        self._text = self.session.program
        self.line_check = BackgroundLineCheck(self.cancel)
        self.beside.stops = self.beside.stops.moved(moves)
        self.view = replace(self.view, program_top=moves(self.view.program_top))

    def _say_what_became_right(self) -> None:
        if self.edits.asks and not self.line_check.due:
            scene = self.scene
            words = self.edits.became_right(scene.record, scene.judgements, len(scene.without_gradient))
            self._say(*self.standing.notes, *filter(None, [words]))

    def _restart(self) -> None:
        self.pace.pause()
        if self.edits.modules or not self.session.ready:
            forget_modules(self.session.program)
        self.session.restart(self.edits.newest)
        self._follow_text()
        self.line_check = BackgroundLineCheck(self.cancel)
        self.standing, self._losses, self._summaries = Standing(), LossHistory(), Summaries()
        none = frozenset[Any]()
        self.view = replace(self.view.awaiting(), ran=0, changed=none, written=none, program_top=1)
        self.begin()

    def _advance(self, unit: Unit, by: int) -> None:
        goal = self.pace.target if self.session.was_here else None
        self.pace.pause()
        record, ran = self.standing.record, self.view.ran
        if by < 0 and unit is Unit.ITERATION and goal is not None:
            self._travel(max(goal - 1, 1))  # from where it is on its way to
            return
        if by < 0 and record is not None and record.number and (unit is Unit.ITERATION or not ran):
            self._travel(record.number)
            return
        fresh = by > 0 and (record is None or ran >= len(record.steps))
        if fresh and self.session.ended:
            self._say(why_ended(self.session))
            return
        if fresh:
            record, ran = self._iterate(), 0
        if record is not None:
            stop = (
                stop_on_the_way(record, self.beside.stops, self.view, unit, fresh=fresh) if by > 0 else None
            )
            to = stop.ran if stop is not None else moved(record, ran, unit, by)
            self.view = self.view.moving(record, to, fresh=fresh)
            self.standing = replace(self.standing, stop=stop)

    def _ask(self, asked: Asked) -> None:
        """Answer about the selected tensor."""
        self.pace.pause()
        record = self.standing.record
        if record is None or record.loss is None:
            self._say("there is no iteration yet whose gradients could be asked for")
        else:
            self._answers.ask(asked, self.view.selected, self.session, record, self.line_check.judgements)

    def _ask_for_line_check(self) -> None:
        if self.standing.record is None:
            self._say("there is no iteration yet whose lines could be checked")
        else:
            self.line_check.ask()

    def _iterate(self) -> Iteration:
        # tensors may change: what was seen of them is forgotten
        self._summaries = Summaries()
        self._answers.forget()
        # what is repeated was printed before
        with silenced() if self.session.was_here else nullcontext():
            record = self.session.iterate()
        self._follow_text()
        self.edits.moved_on()
        self.standing = self.standing.after(record)
        if record.failure is None:
            self._losses.append(math.nan if record.loss is None else record.loss)
        self._passing = self.pace.running
        self.line_check.follow(record, at_rest=not self._passing)
        none = frozenset[Any]()
        self.view = replace(self.view, ran=len(record.steps), changed=none, written=none, follow=True)
        return record
