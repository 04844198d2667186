"""Where somebody is in a program: its session, what is on the screen of it, and how that comes about."""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from ..execution.cancel import Cancel
from ..execution.iteration import Iteration
from ..execution.namespace import forget_modules
from ..execution.session import Session
from ..execution.silence import silenced
from ..program.moves import Moves
from ..program.program import Program
from .answers import Answers
from .background_line_check import BackgroundLineCheck
from .beside import Beside
from .cursor import View
from .edits import Edits
from .histories.loss_history import LossHistory
from .histories.measures import Measures
from .pace import Pace
from .scene import Scene
from .standing import Standing
from .summaries.surveys import Surveys
from .summaries.tensor_summary import Summaries
from .wire.stops import Stop


class Sitting:
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
        self.text = program
        """What the lines are of that are spoken of: in the view, where runs stop, in the line check."""
        self.losses = LossHistory()
        self.measures = Measures()
        self.summaries = Summaries(Surveys())
        self.answers = Answers()
        self.passing = False
        """Whether the newest record is one of a run that went on."""

    def begin(self) -> None:
        """Run setup and parameters."""
        moment = time.time_ns()
        failure = self.session.begin()
        self.edits.began(self.session.program, moment)
        found = self.session.program.found
        words = (found.words,) if found is not None else ()
        self.standing = Standing(failure=failure, notes=(*words, *self.session.notes))

    @property
    def scene(self) -> Scene:
        """Everything there is to show of now."""
        return Scene(
            session=self.session,
            standing=self.standing,
            judgements=self.line_check.judgements,
            line_check_due=self.line_check.due,
            wrong_functions=self.line_check.wrong_functions,
            summaries=self.summaries,
            losses=self.losses,
            measures=self.measures,
            answer=self.answers.newest,
            running=self.pace.running or self.passing,  # it may be paused while its picture is made
            speed=self.pace.words,
            target=self.pace.target,
            stops=self.beside.stops,
            watches=self.beside.watches.shown,
            watches_due=self.beside.watches.due(self.standing.record, self.view.ran),
            evaluated=self.beside.evaluations.newest,
            file=self.edits.state(self.session, self.standing.record),
        )

    def say(self, *notes: str) -> None:
        """Have these sentences on the screen, and no others."""
        self.standing = replace(self.standing, notes=notes, of_end=())

    def say_more(self, *notes: str) -> None:
        """Have these sentences on the screen, too."""
        notes = tuple(dict.fromkeys((*self.standing.notes, *notes)))
        self.standing = replace(self.standing, notes=notes)

    def stop_at(self, stop: Stop) -> None:
        """Run no further: be where a stop is."""
        self.pace.pause()
        self.standing = replace(self.standing, stop=stop)
        self.view = self.view.stopping(stop.ran, stop.gradient)

    def show_next(self) -> Iteration:
        """The next iteration, after the session has gone elsewhere."""
        self.losses = LossHistory(self.session.losses)
        return self.iterate()

    def follow_text(self) -> None:
        """Where another text runs by now: what stands at lines goes where these are, nothing is judged."""
        if self.text is self.session.program:
            return
        moves = Moves(self.text.lines, self.session.program.lines)
        self.text = self.session.program
        self.line_check = BackgroundLineCheck(self.cancel)
        self.beside.stops = self.beside.stops.moved(moves)
        self.view = replace(self.view, program_top=moves(self.view.program_top))

    def say_what_became_right(self) -> None:
        """What the last edit put right, once it is known."""
        if self.edits.asks and not self.line_check.due:
            scene = self.scene
            words = self.edits.became_right(scene.record, scene.judgements, len(scene.without_gradient))
            self.say_more(*filter(None, [words]))

    def look_at_rest(self) -> None:
        """Where a run has ended, or was stopped, its last record has its lines judged as any other."""
        record = self.standing.record
        if self.passing and not self.pace.running and record is not None:
            self.passing = False
            self.line_check.follow(record, at_rest=True)

    def restart(self) -> None:
        """Be before iteration 0, with the newest text."""
        self.pace.pause()
        if self.edits.modules or not self.session.ready:
            forget_modules(self.session.program)
        self.session.restart(self.edits.newest)
        self.follow_text()
        self.line_check = BackgroundLineCheck(self.cancel)
        self.measures = Measures()
        self.standing, self.losses, self.summaries = Standing(), LossHistory(), Summaries(Surveys())
        none = frozenset[Any]()
        self.view = replace(self.view.awaiting(), ran=0, changed=none, written=none, program_top=1)
        self.begin()

    def iterate(self) -> Iteration:
        """Run the next iteration, and stand at its end."""
        # tensors may change: what was seen of them is forgotten
        self.summaries = Summaries(Surveys())
        self.answers.forget()
        # what is repeated was printed before
        with silenced() if self.session.was_here else nullcontext():
            record = self.session.iterate()
        self.follow_text()
        self.edits.moved_on()
        self.standing = self.standing.after(record)
        if record.failure is None:
            self.losses.append(math.nan if record.loss is None else record.loss)
            self.measures.note(record, self.session, self.view.measured)
        self.passing = self.pace.running
        self.line_check.follow(record, at_rest=not self.passing)
        none = frozenset[Any]()
        self.view = replace(self.view, ran=len(record.steps), changed=none, written=none, follow=True)
        return record
