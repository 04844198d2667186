"""The session: one program being trained. The only place that holds its state."""

from __future__ import annotations

import time
from array import array
from dataclasses import replace

import torch

from ..program.analysis import ProgramFacts
from ..program.beginning import the_same
from ..program.pairing import Unpaired, unpaired
from ..program.program import BETWEEN, Program
from ..program.statements import Statement
from ..tensors.aliasing import Namespace
from ..tensors.rng_state import random_state, seed_all
from .by_hand import why_not_done
from .cancel import Cancel
from .checkpoint import Checkpoint, StateNames, capture, restore
from .course import Course
from .expression import Expression
from .failure import Failure, ProgramFault, remember_source
from .gradients.execution_path import KnownPaths
from .gradients.reference_backward import record_graphs
from .history import History
from .interpreter import Interpreter
from .iteration import Iteration
from .iteration_run import IterationRun
from .learned import Learned
from .namespace import allow_imports_beside, no_arguments
from .recording.recorder import Beginning
from .recording.shape_misfit import failure_with_shapes
from .roles import Roles, left_behind, roles_of, roles_under
from .stand_in_modules import allow_without_plots, modules_stood_in_for
from .versions import Version, Versions

_APART = 104_729
"""Between the seeds of setup and parameters."""


class Session:
    """A program, its namespace, its seed and its history. Deterministic: same seed, same numbers.

    One that `remembers` keeps states to go back to; what that costs is a fraction of what it runs.
    """

    def __init__(
        self, program: Program, seed: int = 0, cancel: Cancel | None = None, *, remembers: bool = False
    ) -> None:
        self.seed = seed
        self.remembers = remembers
        self.interpreter = Interpreter(program, cancel or Cancel())
        self.versions = Versions((Version(program),))
        self.restart()

    def restart(self, program: Program | None = None) -> None:
        """Forget everything; the next `begin` runs setup and parameters of this text, or of the newest."""
        self.versions = Versions((Version(program or self.versions.newest.program),))
        self._take(self.versions.newest)
        self.interpreter.restart()
        self.roles = Roles()
        self.history = History()
        self.number = 0
        """The number of the next iteration."""
        self.beginning: frozenset[Statement] = frozenset()
        """The statements of setup and parameters that ran."""
        self._state_names = StateNames()
        self._not_finite_since: int | None = None
        self.not_done: dict[tuple[int, str], str] = {}
        """By iteration and text, why something could not be done by hand when it came to that last."""

    def _take(self, version: Version) -> None:
        """Let a text of the program be what runs from now on."""
        program = version.program
        self.version = version
        self.program = program
        self.facts = ProgramFacts(program)
        self.interpreter.take(program)
        self.course = Course(self.interpreter)
        self.learned = Learned()
        self.paths = KnownPaths()
        remember_source(program)

    @property
    def namespace(self) -> Namespace:
        """What the names of the program are bound to now."""
        return self.interpreter.namespace

    @property
    def seed_of_setup(self) -> int:
        """What setup is seeded with: not as parameters are, so that no data equals a parameter."""
        return self.seed + _APART if self.program.seeded_again else self.seed

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return self.roles.parameters

    @property
    def data(self) -> frozenset[str]:
        """The names of the data."""
        return self.roles.data

    @property
    def ready(self) -> bool:
        """Whether setup and parameters have run, so that it can iterate."""
        return bool(self.roles.parameters)

    @property
    def ended(self) -> bool:
        """Whether the program's loop has had its last pass; there is nothing to iterate then."""
        return self.course.ended

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of the program before its first iteration."""
        found = self.program.found
        absent = [name for name in modules_stood_in_for() if name in self.program.text]
        stand_in = f"{' and '.join(absent)} not installed: what is drawn is not shown" if absent else ""
        return (*(found.notes if found is not None else ()), *([stand_in] if stand_in else ()))

    @property
    def losses(self) -> array[float]:
        """The losses of the iterations before this moment."""
        return self.history.losses[: self.number]

    @property
    def was_here(self) -> bool:
        """Whether the next iteration has been complete before."""
        return self.number < len(self.history.losses)

    def begin(self) -> Failure | None:
        """Seed, run setup, seed again, if the program is to be, and run parameters."""
        interpreter = self.interpreter
        allow_imports_beside(self.program)
        allow_without_plots(self.program)
        recorder = Beginning(self.namespace, interpreter.cancel, self.program.statements)
        interpreter.watched_by(recorder)
        section = "setup"
        try:
            torch.set_default_dtype(torch.float32)
            seed_all(self.seed_of_setup)
            with no_arguments(self.program):
                interpreter.run_section("setup", recorder)
            section = "parameters"
            if self.program.seeded_again:
                seed_all(self.seed)
            interpreter.run_section("parameters", recorder)
            section = BETWEEN
            with torch.no_grad():
                self.course.begin(recorder)
            if self.course.ended:
                raise ProgramFault(_no_pass(self.program))
            section = "parameters"
            self.roles = roles_of(self.namespace, self.facts)
            self._do_by_hand(self.version)
            self._keep_random(self.version)
        except BaseException as error:
            return failure_with_shapes(error, self.program, section)
        finally:
            self.beginning = frozenset(recorder.ran)
            record_graphs(True)  # a program may have turned them off for good
        return None

    def iterate(self) -> Iteration:
        """Run and record the next iteration. A failed one leaves the session as it was."""
        namespace, number = self.namespace, self.number
        self.go_on()
        if self.program.found is None:
            namespace["iteration"] = number
        began = time.perf_counter()
        if self.remembers and self.history.is_due(number):
            self.history.keep(number, self._capture, self._not_finite_since)
        start = self._capture()
        run = IterationRun(self.interpreter, self.course, self.facts, start, self.learned)
        run.run()
        record = run.record(number, self.paths)
        if record.is_finite:
            self._not_finite_since = None
        else:
            self._not_finite_since = number if self._not_finite_since is None else self._not_finite_since
            record = replace(record, not_finite_since=self._not_finite_since)
        self.learned = run.learned
        if record.failure is None:
            loss = record.loss if record.loss is not None else float("nan")
            if not self.history.passed(number, loss, time.perf_counter() - began):
                record = replace(record, notes=(*record.notes, _not_repeated(number)))
            self.number += 1
            watched = self.learned.given_graphs | self.facts.own_nodes
            self.interpreter.sections.trim(self.learned.harmless, watched)
        return record

    def go_to(self, number: int) -> Failure | None:
        """Be where the program was before an iteration, or at the last kept state before that.

        From there `number` says how far it is. Where no state is left that is old enough, setup and
        parameters run again; what they raise is returned.
        """
        kept = self.history.newest_until(number)
        if kept is not None and not kept.number <= self.number <= number:
            if self.versions.at(kept.number) is not self.version:
                self._take(self.versions.at(kept.number))
            restore(kept.start, self.namespace)
            self.roles, self._not_finite_since = kept.start.roles, kept.not_finite_since
            self.number = kept.number
        elif number < self.number:
            return self.begin_again()
        return None

    def begin_again(self) -> Failure | None:
        """Be before the first iteration; what is known of all of them stays."""
        history, versions = self.history, self.versions
        self.restart(versions.at(0).program)
        self.history, self.versions = history, versions
        self.version = versions.at(0)
        return self.begin()

    def take_back(self, iteration: Iteration) -> None:
        """Be before an iteration that has just run."""
        if iteration.failure is None:
            restore(iteration.start, self.namespace)
        self.number, since = iteration.number, iteration.not_finite_since
        self._not_finite_since = None if since == iteration.number else since

    def change(self, program: Program, first: int, by_hand: Expression | None = None) -> None:
        """Let this iteration, and all that follow, run with other lines; what is done before it stays."""
        self.history.forget_from(first)
        done = self.versions.by_hand_before(first)
        self.versions = self.versions.changed(Version(program, first, by_hand=done))
        if by_hand is not None:
            self.add_by_hand(first, by_hand)

    def add_by_hand(self, first: int, statement: Expression) -> None:
        """Let a statement be done before an iteration that is not complete."""
        if statement.names & self.facts.out_of_reach - self.versions.touched:
            self.history.keepsakes.clear()  # what these names hold was not kept, as no line changes it
        self.versions = self.versions.with_by_hand(first, statement)
        self._state_names = StateNames()

    def go_on(self) -> None:
        """Have what the next iteration is to begin with: its lines, and what is done by hand before it."""
        if self.versions.at(self.number) is not self.version:
            self._go_on_with(self.versions.at(self.number))

    def _go_on_with(self, version: Version) -> None:
        """Other lines, or numbers, from here on: nothing is bound by lines that are not theirs, and nobody
        has drawn from a generator that the lines before do not draw from."""
        before, facts, random = self.program, self.facts, self.version.random
        self._take(version)
        if not self.ready:
            return
        for name in left_behind(self.namespace, before, version.program, self.roles):
            del self.namespace[name]
        self.roles = roles_under(self.roles, self.facts)
        self.beginning = the_same(self.beginning, before, version.program)
        if random is not None and (facts.draws.none or not facts.draws.elsewhere):
            random.restore_default(torchs=facts.draws.none, others=not facts.draws.elsewhere)
        self._do_by_hand(version)
        self._keep_random(version)

    def _do_by_hand(self, version: Version) -> None:
        for statement in version.by_hand:
            reason = why_not_done(statement, self.namespace, self._capture(), self.program)
            self.not_done[version.first, statement.text] = reason

    def _keep_random(self, version: Version) -> None:
        self.version = replace(version, random=random_state(()))
        self.versions = self.versions.put(version, self.version)

    def _capture(self) -> Checkpoint:
        facts, touched = self.facts, self.versions.touched
        self._state_names = self._state_names.of_now(self.namespace, facts, self.roles, touched)
        return capture(self.namespace, self._state_names, facts, self.roles)

    def unpaired(self, iteration: Iteration) -> tuple[Unpaired, ...]:
        """Gradients that pair with nothing and look like a slip of the pen."""
        facts = self.facts
        tensors = [name for name in iteration.references.gradients if name != self.program.loss]
        return unpaired(facts.candidates.values(), tensors, facts.written_tensors, self.program.naming)


def _not_repeated(number: int) -> str:
    return f"iteration {number} came out otherwise than before: the program does not repeat itself"


def _no_pass(program: Program) -> str:
    lines = [str(level.line) for level in program.around]
    return f"no pass of the loop in line {lines[-1]} comes to be: look at line {' and '.join(lines)}"
