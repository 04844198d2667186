"""The line check: a quick pass for all lines, a second look at suspects, a last one off the kinks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch

from ...execution.cancel import Cancelled
from ...execution.failure import in_short
from ...execution.iteration import Iteration
from ...execution.session import Session
from ...execution.steps import MISSING
from ...execution.vjps import arrivals
from ...tensors.comparison import name_of
from ...tensors.vjp_agreement import Agreement
from ...verdict import Verdict
from .dependence import upstreams
from .gradient_lines import COPIED, read_in_part, written_lines
from .interactions import unexplained, with_upstreams, wrong_given_right, wrong_together
from .isolated_lines import KINK
from .outcome import LineCheck, LineJudgement
from .passes import DrawsAnew, NotInDouble
from .reused_names import many, settled, turning_points
from .substitution import Outcome, allocated_gradients, kept, lines_change, referred
from .zero_one_parameters import Elsewhere


def check_lines(session: Session, iteration: Iteration) -> LineCheck:
    """Judge every handwritten gradient of an iteration on its own.

    In float64 where the program allows it, else in its own precision. Runs the program again in a copy
    of what the iteration began with; the session is afterwards as it was.
    """
    if iteration.loss is None:
        return LineCheck(iteration.number, problem="the forward did not finish")
    problem = ""
    for dtype in (torch.float64, None):
        try:
            return _attempt(session, iteration, dtype)
        except Exception as error:
            problem = in_short(error)
    return LineCheck(iteration.number, problem=problem)


def _attempt(session: Session, iteration: Iteration, dtype: torch.dtype | None) -> LineCheck:
    def judged(complete: Mapping[str, int]) -> LineCheck:
        return _Check(session, iteration, dtype, complete).run()

    try:
        found = judged({})
    except DrawsAnew:
        found = judged({})
    return settled(found, turning_points(iteration, found, session.kept_gradients), judged)


class _Check(Elsewhere):
    """The stages, and what is said of every gradient."""

    def run(self) -> LineCheck:
        """The three stages."""
        failure = self.iteration.failure
        if failure is not None and failure.section == "backward":
            self._plan_anew()
        found, outcome = self._proven() or self._quick_pass()
        for name in self.copied:
            found.pop(name, None)
        suspects = [name for name, one in found.items() if one.verdict is Verdict.WRONG_HERE or one.faint]
        if suspects:
            found.update(self._second_look(suspects, outcome))
        if any(one.verdict is Verdict.WRONG_HERE for one in found.values()):
            found.update(self._woven_after_wrong(found))
            found.update(self._whole_after_part(found))
            found.update(self._reader_of_a_part(found))
        found.update(self._right_only_here(found))
        judgements = {name: self._judgement(name, found.get(name), outcome) for name in self.names}
        judgements.update((name, self._unknown(name)) for name in self.ambiguous)
        if odd := unexplained(self.iteration, judgements):
            judgements.update(self._together(odd, judgements))
        dtype = name_of(self.dtype or torch.get_default_dtype())
        return LineCheck(self.iteration.number, judgements, dtype)

    def _together(self, odd: list[str], judgements: Mapping[str, LineJudgement]) -> dict[str, LineJudgement]:
        with self.open() as world:
            tensors = self._forward(world)
            arrived = arrivals(self._loss(), tensors, {})
            values = self._lines(world, {}, kept).values
            at_end = {name: world.session.namespace.get(name) for name in self.names}
        with self.open() as world:
            self._forward(world)
            read = {name: one for name, one in arrived.items() if f"d{name}" in self.read}
            given_right = self._lines(world, read, kept).values
        found = wrong_together(odd, judgements, values, arrived, at_end)
        named = wrong_given_right(found, given_right, arrived)
        rest = {n: one for n, one in found.items() if not with_upstreams(n, judgements) & named.keys()}
        return rest | named

    def _unknown(self, name: str) -> LineJudgement:
        lines = written_lines(self.iteration, name)
        reads = upstreams(self.session.program, frozenset({*self.names, name}))[name]
        message = many(self.iteration, self.session.program, name)
        return LineJudgement(name, Verdict.NOT_CHECKED, lines, reads, message=message, reused=True)

    def _woven_after_wrong(self, found: Mapping[str, Agreement]) -> dict[str, Agreement]:
        """Lines of a loop are judged together: blame stops at the first wrong one of a chain."""
        wrong = {name for name, one in found.items() if one.verdict is Verdict.WRONG_HERE}
        excused: dict[str, Agreement] = {}
        for name in wrong:
            causes = [
                one for one in self.static[name] if one in self.woven & wrong and name not in self.static[one]
            ]
            if causes:
                message = f"built in one loop with {causes[0]}, which is wrong"
                excused[name] = found[name]._replace(verdict=Verdict.NOT_CHECKED, message=message)
        return excused

    def _whole_after_part(self, found: Mapping[str, Agreement]) -> dict[str, Agreement]:
        """Memory that is filled through parts of it is wrong where a part is: that one has the blame."""
        wrong = [name for name, one in found.items() if one.verdict is Verdict.WRONG_HERE]
        lines = {name: set(written_lines(self.iteration, name)) for name in wrong}
        excused: dict[str, Agreement] = {}
        for name in allocated_gradients(self.session).intersection(wrong):
            parts = tuple(one for one in wrong if one != name and lines[one] & lines[name])
            if parts:
                self.static = {**self.static, name: (*parts, *self.static[name])}
                message = f"filled through {parts[0]}, which is wrong"
                excused[name] = found[name]._replace(verdict=Verdict.NOT_CHECKED, message=message)
        return excused

    def _reader_of_a_part(self, found: Mapping[str, Agreement]) -> dict[str, Agreement]:
        """A line that reads a gradient while it is built: what is built so far has the blame."""
        wrong = [name for name, one in found.items() if one.verdict is Verdict.WRONG_HERE]
        excused: dict[str, Agreement] = {}
        for name in wrong:
            parts = [
                one for one in self.static[name] if one in wrong and read_in_part(self.iteration, name, one)
            ]
            if parts and parts[0] not in excused:
                message = f"reads {parts[0]} while it is built, which is wrong"
                excused[name] = found[name]._replace(verdict=Verdict.NOT_CHECKED, message=message)
        return excused

    def _proven(self) -> tuple[dict[str, Agreement], Outcome] | None:
        """That all lines are right, where a program is so plain that it can be had so quickly; or nothing."""
        straight = self.straight
        if straight is None or not straight.worth or self.iteration.failure is not None:
            return None
        try:
            with self.open() as world:
                proof = straight.run(world.session, tuple(name[1:] for name in self.names), self._random_cuts)
        except (Cancelled, KeyboardInterrupt, MemoryError):
            raise
        except BaseException:
            straight.worth = False
            return None  # whatever it is, the quick pass meets it, and can tell whose it is
        self.cuts, self.quick, self.tensors = proof.cuts, proof.arrived, frozenset(proof.arrived)
        found = self._agreements(proof.values, proof.arrived)
        straight.worth = all(one.verdict is Verdict.RIGHT and not one.faint for one in found.values())
        return (found, Outcome(proof.values)) if straight.worth and len(found) == len(self.names) else None

    def _quick_pass(self) -> tuple[dict[str, Agreement], Outcome]:
        """All lines at once, cut at every gradient that a line reads."""
        with self.open() as world:
            tensors = self._forward(world)
            self.cuts = self._random_cuts(tensors)
            self.quick = arrivals(self._loss(), tensors, self.cuts)
            outcome = self._lines(world, self.cuts, kept if lines_change(self.session) else referred)
        found = self._agreements(outcome.values, self.quick)
        if self.dtype is not None and self._raised_anew(outcome):
            raise NotInDouble
        return found, outcome

    def _raised_anew(self, outcome: Outcome) -> bool:
        """Whether a line raised that did not in the program's own precision."""
        failure = self.iteration.failure
        known = failure.line if failure is not None and failure.section == "backward" else None
        complete = failure is None or failure.section != "backward"
        return complete and any(line != known for line, _ in outcome.raised.values())

    def _judgement(self, name: str, found: Agreement | None, outcome: Outcome) -> LineJudgement:
        lines = written_lines(self.iteration, name, self.complete.get(name))
        if found is not None and found.verdict is Verdict.RIGHT and not found.message and not self.complete:
            return LineJudgement(name, found.verdict, lines, self.static[name], found.maxdiff, found.dtype)
        said = partial(
            LineJudgement, name, lines=lines, upstreams=self.static[name], reused=name in self.complete
        )
        if name in outcome.raised:
            line, error = outcome.raised[name]
            return said(Verdict.NOT_CHECKED, message=f"line {line} raises {in_short(error)}")
        if name in self.copied:
            return said(Verdict.NOT_CHECKED, message=COPIED)
        value = outcome.values.get(name, MISSING)
        if value is MISSING or value is Ellipsis:
            return said(Verdict.NOT_WRITTEN, message="not written yet")
        if found is None:
            reason = self.iteration.references.reasons.get(name[1:], "no parameter reaches the tensor")
            return said(Verdict.NOT_CHECKED, message=reason)
        return said(
            found.verdict,
            maxdiff=found.maxdiff,
            dtype=found.dtype,
            message=found.message or self._reuse(name) or self._too_early(name, found.verdict),
            wrong_type=found.wrong_type,
            kink=found.message == KINK,
        )

    def _reuse(self, name: str) -> str:
        """Which line goes on to use a name for something else."""
        if not self.complete:
            return ""
        for one in (name, *self.static[name]):
            if one in self.complete:
                position = self.iteration.gradients[one].writes[self.complete[one]]
                line = self.iteration.statement_at(position).line
                return f"from line {line} on, {one} is no longer the gradient of {one[1:]}"
        return ""

    def _too_early(self, name: str, verdict: Verdict) -> str:
        """For a wrong line that reads a gradient before its last write: which line completes it."""
        if verdict is not Verdict.WRONG_HERE:
            return ""
        section = self.session.program.section("backward")
        statements = section.statements if section else ()
        for position, statement in enumerate(statements):
            if name not in statement.writes:
                continue
            for later in statements[position + 1 :]:
                for read in statement.reads & set(self.names) & set(later.writes):
                    if read != name and read in self.plan.writes and name not in self.static[read]:
                        return f"reads {read} before line {later.line} completes it"
        return ""
