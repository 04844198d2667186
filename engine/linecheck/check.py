"""The line check: a quick pass for all lines, a second look at suspects, a last one off the kinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..comparison import finite_max, name_of
from ..iteration import Iteration
from ..recorder import MISSING
from ..session import Session
from ..verdict import Verdict
from .agreement import Agreement, agreement, is_zero
from .dependence import Own, downstream, leaves_reached, own_cuts, read_gradients, upstreams, woven
from .jitter import ExactUses, Jittered
from .outcome import LineCheck, LineJudgement
from .passes import Outcome, Plan, plan_of, planned_anew, run_lines
from .reuse import MANY, ambiguous, settled, turning_points
from .world import World, arrivals, opened


class _NotInDouble(Exception):
    """The program does not run in float64 as it does in its own precision."""


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
            problem = f"{type(error).__name__}: {error}"
    return LineCheck(iteration.number, problem=problem)


def _attempt(session: Session, iteration: Iteration, dtype: torch.dtype | None) -> LineCheck:
    def judged(complete: Mapping[str, int]) -> LineCheck:
        return _Check(session, iteration, dtype, complete).run()

    try:
        found = judged({})
    except _DrawsAnew:
        found = judged({})
    return settled(found, turning_points(iteration, found, session.kept_gradients), judged)


class _Check:
    """One attempt in one precision. Tensors are named without the d, gradients with it.

    The gradients in `complete` are so after that many writes; others after their last.
    """

    def __init__(
        self,
        session: Session,
        iteration: Iteration,
        dtype: torch.dtype | None,
        complete: Mapping[str, int],
    ) -> None:
        self.session = session
        self.iteration = iteration
        self.dtype = dtype
        self.complete = complete
        every = _gradient_names(session, iteration)
        self.ambiguous = ambiguous(iteration, every)
        self.names = tuple(name for name in every if name not in self.ambiguous)
        self.plan: Plan = self._early(plan_of(session, iteration, self.names))
        self.woven = woven(iteration.steps, self.names)
        self.read = read_gradients(session.program, self.names) - self.woven
        self.static = upstreams(session.program, self.names)
        self.cuts: dict[str, Tensor] = {}
        self.quick: dict[str, Tensor] = {}
        self.tensors: frozenset[str] = frozenset()
        self.draws = session.draws
        self.still: frozenset[str] = frozenset()

    def open(self) -> Any:
        """A fresh world in this precision."""
        return opened(self.session, self.iteration.start, self.dtype, draws=self.draws)

    def run(self) -> LineCheck:
        """The three stages."""
        failure = self.iteration.failure
        if failure is not None and failure.section == "backward":
            self._plan_anew()
        found, outcome = self._quick_pass()
        suspects = [name for name, one in found.items() if one.verdict is Verdict.WRONG_HERE]
        if suspects:
            found.update(self._second_look(suspects, outcome))
        found.update(self._woven_after_wrong(found))
        judgements = {name: self._judgement(name, found.get(name), outcome) for name in self.names}
        judgements.update((name, self._unknown(name)) for name in self.ambiguous)
        dtype = name_of(self.dtype or torch.get_default_dtype())
        return LineCheck(self.iteration.number, judgements, dtype)

    def _plan_anew(self) -> None:
        with self.open() as world:
            tensors = self._forward(world)
            arrived = arrivals(self._loss(), tensors, {})
            anew = planned_anew(world, self.plan, {f"d{n}": one for n, one in arrived.items()})
            self.plan = self._early(anew)

    def _early(self, plan: Plan) -> Plan:
        return replace(plan, writes={**plan.writes, **self.complete})

    def _unknown(self, name: str) -> LineJudgement:
        lines = written_lines(self.session, self.iteration, name)
        reads = upstreams(self.session.program, [*self.names, name])[name]
        return LineJudgement(name, Verdict.NOT_CHECKED, lines, reads, message=MANY, reused=True)

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
                excused[name] = replace(found[name], verdict=Verdict.NOT_CHECKED, message=message)
        return excused

    def _quick_pass(self) -> tuple[dict[str, Agreement], Outcome]:
        """All lines at once, cut at every gradient that a line reads."""
        with self.open() as world:
            tensors = self._forward(world)
            self.cuts = self._random_cuts(tensors)
            self.quick = arrivals(self._loss(), tensors, self.cuts)
            found: dict[str, Agreement] = {}

            def taken(name: str, value: Any) -> Any:
                if name[1:] in self.quick and value is not Ellipsis:
                    found[name] = agreement(value, self.quick[name[1:]], upstream=self._upstream(name))
                return value.detach().clone() if isinstance(value, Tensor) else value

            outcome = self._lines(world, self.cuts, taken)
        if self.dtype is not None and self._raised_anew(outcome):
            raise _NotInDouble
        return found, outcome

    def _forward(self, world: World) -> dict[str, Tensor]:
        before = torch.default_generator.get_state()
        tensors = world.forward(name[1:] for name in self.names)
        drew = not torch.equal(before, torch.default_generator.get_state())
        if self.dtype is not None:
            self._require_double(tensors, drew)
        self.tensors = frozenset(tensors)
        return tensors

    def _require_double(self, tensors: Mapping[str, Tensor], drew: bool) -> None:
        if any(tensor.dtype != torch.float64 for tensor in tensors.values()):
            raise _NotInDouble
        if drew and not self.draws:
            self.session.draws = True
            raise _DrawsAnew

    def _loss(self) -> Tensor:
        loss: Tensor = self.session.namespace["loss"]
        return loss

    def _random_cuts(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """A random upstream gradient for every tensor whose gradient is read."""
        generator = torch.Generator().manual_seed(1_000_003 + self.iteration.number)
        return {
            name: self._random_like(tensor, name, generator)
            for name, tensor in sorted(tensors.items())
            if f"d{name}" in self.read
        }

    def _random_like(self, tensor: Tensor, name: str, generator: torch.Generator) -> Tensor:
        noise = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
        if self.dtype is None:
            noise *= self._usual_size(name)
        return noise.to(tensor)

    def _usual_size(self, name: str) -> float:
        """Outside float64 the cut is as large as the true gradient: rounding then stays as small."""
        references = self.iteration.references
        true = references.gradients.get(name)
        own = 0.0 if true is None else finite_max(true)
        return own or references.largest or 1.0

    def _upstream(self, name: str) -> float:
        """The size of what a gradient was summed from: its cuts, or where it reads none, any gradient."""
        cuts = [self.cuts[one[1:]] for one in self.static[name] if one[1:] in self.cuts]
        return max((finite_max(one) for one in cuts or self.quick.values()), default=0.0)

    def _lines(
        self,
        world: World,
        cuts: Mapping[str, Tensor],
        taken: Callable[[str, Any], Any] = lambda _, value: value,
        *,
        graph: bool = False,
    ) -> Outcome:
        substitutes = {f"d{name}": tensor for name, tensor in cuts.items()}
        return run_lines(world, self.plan, substitutes, taken, graph=graph)

    def _raised_anew(self, outcome: Outcome) -> bool:
        """Whether a line raised that did not in the program's own precision."""
        failure = self.iteration.failure
        known = failure.line if failure is not None and failure.section == "backward" else None
        complete = failure is None or failure.section != "backward"
        return complete and any(line != known for line, _ in outcome.raised.values())

    def _second_look(self, suspects: list[str], quick: Outcome) -> dict[str, Agreement]:
        """Suspects once more, each cut only at what its own lines read; then off the kinks."""
        own = self._own_cuts(suspects)
        alone = self._alone(own, quick)
        for name in suspects:
            if alone[name].verdict is Verdict.NOT_EXERCISED and _is_nothing(quick.values.get(name)):
                alone[name] = replace(alone[name], verdict=Verdict.WRONG_HERE, message=_ZEROS)
        wrong = {name: own[name] for name, one in alone.items() if one.verdict is Verdict.WRONG_HERE}
        if wrong:
            self.still = self._compared_exactly()
        for data in (False, True):
            if wrong:
                jittered = self._alone(wrong, None, jitter=(data,))
                for name, one in jittered.items():
                    if one.verdict is Verdict.RIGHT:
                        alone[name] = replace(one, message=_KINK)
                        wrong.pop(name)
        return alone

    def _compared_exactly(self) -> frozenset[str]:
        with self.open() as world, ExactUses(self.session) as uses:
            self._forward(world)
            self._lines(world, self.cuts)
        return frozenset(uses.found)

    def _own_cuts(self, suspects: Iterable[str]) -> dict[str, Own]:
        """What each suspect's lines read, seen by watching the pass with the cuts as leaves."""
        with self.open() as world:
            tensors = self._forward(world)
            below = {name: downstream(tensors, name[1:]) for name in self.names if name[1:] in tensors}
            reads = self._watched(world)
        return {name: own_cuts(name, reads, below) for name in suspects}

    def _watched(self, world: World) -> dict[str, frozenset[str]]:
        leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in self.cuts.items()}
        reads: dict[str, frozenset[str]] = {}

        def taken(name: str, value: Any) -> Any:
            reads[name] = frozenset(f"d{one}" for one in leaves_reached(value, leaves))
            return value

        self._lines(world, leaves, taken, graph=True)
        return {name: reads.get(name, frozenset(self.static[name])) for name in self.names}

    def _alone(
        self, own: Mapping[str, Own], quick: Outcome | None, jitter: tuple[bool, ...] = ()
    ) -> dict[str, Agreement]:
        """Judge each gradient with its own cuts only."""
        found: dict[str, Agreement] = {}
        with self._moved(jitter) as world:
            tensors = self._forward(world)
            expected = {name: self._arrivals(tensors, one.cuts) for name, one in own.items()}
            skipped = {name: self._skipped(tensors, name, own[name], expected[name]) for name in own}
            outcome = quick or self._lines(world, self.cuts)
        for name, one in own.items():
            values = self._beside(name, one, jitter) if one.siblings else outcome.values
            arrived = expected[name]
            upstream = max((finite_max(self.cuts[cut]) for cut in one.cuts), default=0.0)
            upstream = upstream or max(map(finite_max, arrived.values()), default=0.0)
            value = values.get(name, MISSING)
            found[name] = agreement(value, arrived[name[1:]], upstream=upstream)
            if found[name].verdict is Verdict.RIGHT and not jitter:
                found[name] = self._exercised(name, value, found[name], skipped[name], upstream)
        return found

    def _arrivals(self, tensors: Mapping[str, Tensor], cuts: Iterable[str]) -> dict[str, Tensor]:
        return arrivals(self._loss(), tensors, {name: self.cuts[name] for name in cuts})

    def _moved(self, jitter: tuple[bool, ...]) -> Any:
        if not jitter:
            return self.open()
        return Jittered(self.open(), self.session, data=jitter[0], still=self.still)

    def _beside(self, name: str, own: Own, jitter: tuple[bool, ...]) -> Mapping[str, Any]:
        """The values where the siblings that the lines read are what autograd makes them."""
        with self._moved(jitter) as world:
            tensors = self._forward(world)
            arrived = self._arrivals(tensors, own.cuts)
            substitutes = {one: self.cuts[one] if one in own.cuts else arrived[one] for one in arrived}
            substitutes.pop(name[1:], None)
            return self._lines(world, substitutes).values

    def _skipped(
        self, tensors: Mapping[str, Tensor], name: str, own: Own, arrived: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """What the VJP would be if a path that the lines skip, and that carries zero here, did not."""
        upstream = max((finite_max(self.cuts[cut]) for cut in own.cuts), default=1.0)
        below = downstream(tensors, name[1:])
        silent = [one for one in self.cuts if one in below - own.cuts and is_zero(arrived[one], upstream)]
        return {one: self._arrivals(tensors, own.cuts | {one})[name[1:]] for one in silent}

    def _exercised(
        self, name: str, value: Any, found: Agreement, skipped: Mapping[str, Tensor], upstream: float
    ) -> Agreement:
        for path, expected in skipped.items():
            if agreement(value, expected, upstream=upstream).verdict is Verdict.WRONG_HERE:
                message = f"the path through {path} carries a zero gradient at this batch"
                return replace(found, verdict=Verdict.NOT_EXERCISED, message=message)
        return found

    def _judgement(self, name: str, found: Agreement | None, outcome: Outcome) -> LineJudgement:
        lines = written_lines(self.session, self.iteration, name, self.complete.get(name))
        reused = name in self.complete
        base = LineJudgement(name, Verdict.NOT_CHECKED, lines, self.static[name], reused=reused)
        if name in outcome.raised:
            line, error = outcome.raised[name]
            return replace(base, message=f"line {line} raises {type(error).__name__}: {error}")
        value = outcome.values.get(name, MISSING)
        if value is MISSING or value is Ellipsis:
            return replace(base, verdict=Verdict.NOT_WRITTEN, message="not written yet")
        if found is None:
            reason = self.iteration.references.reasons.get(name[1:], "no parameter reaches the tensor")
            return replace(base, message=reason)
        return replace(
            base,
            verdict=found.verdict,
            maxdiff=found.maxdiff,
            dtype=found.dtype,
            message=found.message or self._reuse(name) or self._too_early(name, found.verdict),
            kink=found.message == _KINK,
        )

    def _reuse(self, name: str) -> str:
        """Which line goes on to use a name for something else."""
        for one in (name, *self.static[name]):
            if one in self.complete:
                position = self.iteration.gradients[one].writes[self.complete[one]]
                line = self.iteration.steps[position].statement.line
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
                    if read != name and read in self.plan.writes:
                        return f"reads {read} before line {later.line} completes it"
        return ""


_ZEROS = "it is zero, whatever comes from upstream"
_KINK = "at a kink or tie it takes another subgradient than autograd: right"


def _is_nothing(value: Any) -> bool:
    """Whether a line wrote zeros: no fused formula, though the true gradient may cancel to zero."""
    return isinstance(value, Tensor) and not bool(value.any())


class _DrawsAnew(Exception):
    """The forward draws random numbers; the check begins again with draws that repeat."""


def _gradient_names(session: Session, iteration: Iteration) -> tuple[str, ...]:
    """Every gradient of the program: those that lines write, and those that lines only read."""
    known = {*iteration.references.gradients, *iteration.references.reasons}
    section = session.program.section("backward")
    read = frozenset[str]().union(*(s.reads for s in section.statements)) if section else frozenset()
    only_read = [
        name for name in sorted(read) if name[0] == "d" and name[1:] in known and name not in session.kept
    ]
    return tuple(dict.fromkeys([*iteration.gradients, *only_read]))


def written_lines(
    session: Session, iteration: Iteration, name: str, writes: int | None = None
) -> tuple[int, ...]:
    """The lines that build a gradient: those that did, or where it was not reached, those that would.

    With `writes`, only so many of its writes count.
    """
    gradient = iteration.gradients.get(name)
    if gradient is None:
        return ()
    lines = {iteration.steps[position].statement.line for position in gradient.writes[:writes]}
    return tuple(sorted(lines | set(gradient.pair.lines if not lines else ())))
