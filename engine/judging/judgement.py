"""The last word on a gradient: end to end and by its line, in one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..execution.gradients.gradient import Gradient
from ..execution.iteration import Iteration
from ..execution.recording.steps import MISSING
from ..verdict import Verdict
from .diagnosis.diagnosis import Diagnosis
from .diagnosis.helper_blame import settled_by
from .linecheck.lines.outcome import LineCheck, LineJudgement
from .linecheck.lines.upstream_lines import roots_of
from .reasons import (
    below_a_kink,
    coarse_upstreams,
    differed_when_complete,
    end_to_end,
    is_a_wrong_lines,
    is_finite,
    other_names,
    said,
    unwritten_upstreams,
    why_hidden,
    why_not_finite,
    within_rounding,
)

_ACCUSED = tuple(verdict for verdict in Verdict if verdict.accuses)
_ACCOUNTED_FOR = (Verdict.INHERITED, Verdict.DELIBERATE, Verdict.RIGHT)
"""With these it is known why a gradient is not autograd's."""
_TOO_MUCH = "no line is wrong alone, but the difference is more than rounding makes"
_ROUNDING = "no line is wrong in float64; the difference is rounding"
_BELOW_A_KINK = "differs only where an upstream line takes another subgradient at a kink or tie"
_CONVENTIONS = (Verdict.SCALED, Verdict.PART)
_WORDS = {Verdict.SCALED: "scaled by convention", Verdict.PART: "one of several contributions"}


@dataclass(frozen=True)
class Judgement:
    """What the tool says of one gradient, and why."""

    verdict: Verdict
    end_to_end: Verdict
    line: LineJudgement | None = None
    hidden: bool = False
    """Passes end to end although its line is wrong."""
    inherited_from: tuple[str, ...] = ()
    """The gradients whose lines are wrong, where this one's is not."""
    headline: str = ""
    """The verdict in words, where they say more than the verdict: `inherited from dH`."""
    remarks: tuple[str, ...] = ()
    """What else there is to say, in sentences."""
    diagnosis: Diagnosis | None = None
    """What is wrong with the line, where it is."""

    @property
    def message(self) -> str:
        """All of it in words: `wrong here; hidden: the true gradient is about zero here`."""
        joint = ": " if self.verdict is Verdict.NOT_EXERCISED else "; "
        return joint.join(filter(None, (self.headline, "; ".join(self.remarks))))

    @property
    def edited_elsewhere(self) -> int | None:
        """The line to be edited, where it is none of those that build the gradient."""
        edited = self.diagnosis.edited_line if self.diagnosis is not None else None
        return None if self.line is not None and edited in self.line.lines else edited

    @property
    def line_passes(self) -> bool:
        """Whether the gradient's own lines are right, be its values inherited from wrong ones."""
        return (self.line.verdict if self.line is not None else self.verdict).passes


def judgements(
    iteration: Iteration, line_check: LineCheck | None, diagnoses: Mapping[str, Diagnosis] | None = None
) -> dict[str, Judgement]:
    """The judgement of every gradient of an iteration; without a line check, end to end alone.

    `diagnoses` are those of the line check, by gradient, where they are known. One of an earlier iteration
    still tells which lines are wrong, for the lines are the same; what it found not exercised says nothing
    of another batch.
    """
    if line_check is not None and line_check.problem:
        return {
            name: _unjudged(iteration, gradient, line_check.problem)
            for name, gradient in iteration.gradients.items()
        }
    lines = line_check.judgements if line_check is not None else {}
    if line_check is not None and line_check.iteration != iteration.number:
        lines = {name: _of_another_batch(line) for name, line in lines.items()}
    reasons = diagnoses or {}
    if line_check is not None:
        lines, reasons = settled_by(reasons, line_check, lines)
        lines = {name: _where_edited(line, reasons.get(name)) for name, line in lines.items()}
    wrong = line_check.functions if line_check is not None else ()
    functions = tuple(f"{one.name}.backward" for one in wrong)
    helpers = {
        name: line for name, line in lines.items() if line.unpaired and name not in iteration.gradients
    }
    return {
        **{name: _of_helper(line, reasons.get(name)) for name, line in helpers.items()},
        **{
            name: _below(functions, _judgement(iteration, gradient, lines, reasons.get(name)))
            for name, gradient in iteration.gradients.items()
        },
    }


def _where_edited(line: LineJudgement, diagnosis: Diagnosis | None) -> LineJudgement:
    """Of several lines that build a wrong gradient the one carries the sign whose edit makes all right."""
    edited = diagnosis.edited_line if diagnosis is not None and line.verdict.accuses else None
    if diagnosis is None or edited is None or edited not in line.lines or len(line.lines) == 1:
        return line
    return line._replace(accused_lines=(edited,)) if diagnosis.blames else line


def _below(functions: tuple[str, ...], judgement: Judgement) -> Judgement:
    """The judgement where Functions have a wrong backward: what differs from it is right, not rounded."""
    line = judgement.line
    whole = judgement.end_to_end
    if not functions or line is None or whole is not Verdict.WRONG or judgement.verdict.accuses:
        return judgement
    return _inherited(whole, line, (*judgement.inherited_from, *functions), ())


def _of_helper(line: LineJudgement, diagnosis: Diagnosis | None) -> Judgement:
    """For a helper line that is wrong: no tensor has the name that it would be the gradient of."""
    headline = _accusation(line, diagnosis)
    return Judgement(line.verdict, Verdict.WRONG, line, False, (), headline, _belongs(line), diagnosis)


def _belongs(line: LineJudgement) -> tuple[str, ...]:
    times = f"{line.factor:.6g} times " if line.factor is not None else ""
    return (f"what belongs there is {times}the gradient of {line.of}",) if line.of else ()


def _unjudged(iteration: Iteration, gradient: Gradient, problem: str) -> Judgement:
    if gradient.verdict is Verdict.NOT_FINITE:
        return _endless(iteration, None)
    message = end_to_end(gradient) or f"its line could not be judged alone: {problem}"
    return Judgement(gradient.verdict, gradient.verdict, remarks=(message,))


def explained(iteration: Iteration, judgements: Mapping[str, Judgement]) -> bool:
    """Whether every gradient that is wrong end to end is so for a reason that is already known."""
    return all(
        judgements[name].verdict.accuses or judgements[name].verdict in _ACCOUNTED_FOR
        for name, gradient in iteration.gradients.items()
        if gradient.verdict is Verdict.WRONG or gradient.verdict.misfits
    )


def _of_another_batch(line: LineJudgement) -> LineJudgement:
    if line.verdict in (Verdict.NOT_EXERCISED, Verdict.NOT_WRITTEN) or line.kink:
        return line._replace(verdict=Verdict.NOT_CHECKED, message="", kink=False)
    return line._replace(rounded=0.0) if line.rounded else line


def _judgement(
    iteration: Iteration,
    gradient: Gradient,
    lines: Mapping[str, LineJudgement],
    diagnosis: Diagnosis | None,
) -> Judgement:
    whole, line = gradient.verdict, lines.get(gradient.name)
    if line is None and whole is Verdict.NOT_FINITE:
        return _endless(iteration, line)
    if line is None:
        return Judgement(whole, whole, remarks=said(end_to_end(gradient)))
    if line.verdict.accuses:
        return _accused(iteration, gradient, line, diagnosis)
    unfinished = gradient.value is MISSING or gradient.name in iteration.unfinished
    if unfinished and line.verdict is not Verdict.NOT_WRITTEN:
        return _not_run(whole, line)
    if whole is Verdict.NOT_FINITE:
        return _endless(iteration, line)
    if line.reused:
        roots = roots_of(gradient.name, lines, _ACCUSED) if line.verdict is not Verdict.NOT_CHECKED else []
        if roots and differed_when_complete(iteration, gradient, line):
            return _inherited(whole, line, _from_above(roots, lines), ())
        return Judgement(line.verdict, whole, line, remarks=said(line.message))
    if line.verdict is Verdict.DELIBERATE:
        return Judgement(line.verdict, whole, line, remarks=said(line.message))
    if line.verdict in _CONVENTIONS or (line.verdict is Verdict.LEANING and whole.passes):
        return Judgement(line.verdict, whole, line, remarks=said(line.message))
    if whole is Verdict.WRONG or whole.misfits or _inherits_a_little(iteration, gradient, lines):
        return _excused(iteration, gradient, line, lines)
    if whole.passes and line.verdict is Verdict.NOT_EXERCISED:
        headline, remarks = "not exercised by this batch", said(line.message)
        return Judgement(Verdict.NOT_EXERCISED, whole, line, headline=headline, remarks=remarks)
    if whole is Verdict.NOT_WRITTEN:
        remarks = said(line.message) if line.verdict is not Verdict.NOT_WRITTEN else ()
        headline = "" if remarks else "not written yet"
        return Judgement(whole, whole, line, headline=headline, remarks=remarks)
    remarks = said(line.message or end_to_end(gradient) or unwritten_upstreams(line, lines))
    return Judgement(whole, whole, line, remarks=remarks)


def _endless(iteration: Iteration, line: LineJudgement | None) -> Judgement:
    """Infinite or NaN like autograd's."""
    since = iteration.number if iteration.not_finite_since is None else iteration.not_finite_since
    headline = f"not finite since iteration {since}"
    return Judgement(Verdict.NOT_FINITE, Verdict.NOT_FINITE, line, headline=headline)


def _not_run(whole: Verdict, line: LineJudgement) -> Judgement:
    """A line that raised, or one that a line before it kept from running: what it does alone."""
    if line.verdict is Verdict.NOT_CHECKED:
        return Judgement(line.verdict, whole, line, remarks=said(line.message))
    alone = "judged alone it is right" if line.verdict is Verdict.RIGHT else ""
    remarks = said("its line did not run", line.message, alone)
    return Judgement(line.verdict, whole, line, remarks=remarks)


def _accused(
    iteration: Iteration, gradient: Gradient, line: LineJudgement, diagnosis: Diagnosis | None
) -> Judgement:
    whole = gradient.verdict
    hidden = whole.passes and gradient.value is not MISSING and whole is not Verdict.NOT_CHECKED
    hidden = hidden and not is_a_wrong_lines(iteration, gradient)
    headline = _accusation(line, diagnosis)
    reason = f"hidden: {why_hidden(iteration, gradient)}" if hidden else ""
    more = "" if _told(line, diagnosis) else line.message
    belongs = _belongs(line) if line.of != gradient.tensor else ()
    remarks = said(reason, more, *belongs)
    return Judgement(line.verdict, whole, line, hidden, (), headline, remarks, diagnosis)


def _told(line: LineJudgement, diagnosis: Diagnosis | None) -> bool:
    """Whether the diagnosis says what the line check says."""
    kind = "" if diagnosis is None else diagnosis.kind
    return (line.zeros and kind == "constant_written") or kind == "read_too_early"


def _accusation(line: LineJudgement, diagnosis: Diagnosis | None) -> str:
    head = line.verdict.value.replace("_", " ")
    if diagnosis is None:
        return head
    edited = diagnosis.edited_line
    where = "" if edited is None or edited in line.lines else f" in line {edited}"
    return f"{head}: {diagnosis.message}{where}"


def _excused(
    iteration: Iteration, gradient: Gradient, line: LineJudgement, lines: Mapping[str, LineJudgement]
) -> Judgement:
    """Wrong end to end, while the line is not: something upstream is, or only rounding, or a kink."""
    whole = gradient.verdict
    if roots := _from_above(roots_of(gradient.name, lines, _ACCUSED), lines):
        remarks = said(line.message) if line.verdict is Verdict.NOT_CHECKED else ()
        return _inherited(whole, line, roots, remarks)
    if deliberate := roots_of(gradient.name, lines, (Verdict.DELIBERATE,)):
        verdict = line.verdict if line.verdict.passes else Verdict.RIGHT
        return Judgement(verdict, whole, line, remarks=(f"given the deliberate {', '.join(deliberate)}",))
    if conventions := roots_of(gradient.name, lines, _CONVENTIONS):
        verdict = lines[conventions[0]].verdict
        made_from = f"made from {conventions[0]}, which is {_WORDS[verdict]}"
        return Judgement(verdict, whole, line, remarks=(made_from,))
    coarse = coarse_upstreams(iteration, gradient.name, lines)
    if coarse and whole is Verdict.WRONG:
        rounded = ", ".join(f"{name} is {iteration.gradients[name].coarser}" for name in coarse)
        return _inherited(whole, line, coarse, (rounded,))
    if line.verdict is Verdict.NOT_CHECKED or whole.misfits:
        return Judgement(whole, whole, line, remarks=said(line.message or end_to_end(gradient)))
    if not is_finite(gradient.comparison.maxdiff):
        return Judgement(whole, whole, line, remarks=said(line.message or why_not_finite(gradient)))
    if line.kink or below_a_kink(gradient.name, lines):
        return Judgement(Verdict.RIGHT, whole, line, remarks=said(line.message or _BELOW_A_KINK))
    if line.verdict is Verdict.RIGHT and (others := other_names(iteration, gradient)):
        part = f"{gradient.tensor} is another name of {others[0]}: this is what comes by it"
        return Judgement(Verdict.PART, whole, line, remarks=(part,))
    if not within_rounding(iteration, gradient, line):
        return Judgement(whole, whole, line, remarks=said(line.message, _TOO_MUCH))
    rounding = _ROUNDING if line.dtype == "float64" else "no line is wrong; the rest is rounding"
    return Judgement(Verdict.CLOSE, whole, line, remarks=(rounding,))


def _from_above(roots: Iterable[str], lines: Mapping[str, LineJudgement]) -> tuple[str, ...]:
    return tuple(sorted(roots, key=lambda name: max(lines[name].lines, default=0)))


def _inherits_a_little(iteration: Iteration, gradient: Gradient, lines: Mapping[str, LineJudgement]) -> bool:
    """Whether what a wrong line upstream makes of a gradient is little enough to pass."""
    wrong = roots_of(gradient.name, lines, _ACCUSED) if gradient.verdict is Verdict.CLOSE else []
    return bool(wrong) and is_a_wrong_lines(iteration, gradient)


def _inherited(
    whole: Verdict, line: LineJudgement, sources: tuple[str, ...], remarks: tuple[str, ...]
) -> Judgement:
    headline = f"inherited from {', '.join(sources)}"
    return Judgement(Verdict.INHERITED, whole, line, False, sources, headline, remarks)
