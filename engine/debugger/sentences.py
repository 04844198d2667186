"""What the inspector says of a gradient: the verdict with its line, then what else there is to say."""

from __future__ import annotations

from collections.abc import Sequence

from ..execution.gradients.gradient import Gradient
from ..judging.judgement import Judgement
from ..tensors.comparison import Comparison
from ..verdict import Verdict

_HEADS = {
    Verdict.WRONG_HERE: "wrong here",
    Verdict.WRONG_SHAPE: "wrong shape",
    Verdict.WRONG_TYPE: "wrong type",
    Verdict.NOT_EXERCISED: "not exercised by this batch",
}


def sentence(judgement: Judgement) -> str:
    """`wrong here, lines 3 and 4`; `inherited from dH`; nothing where a verdict's own words say it all."""
    head = _head(judgement)
    if not head or judgement.verdict is Verdict.INHERITED:
        return head
    reason = f": {judgement.diagnosis.message}" if judgement.diagnosis is not None else ""
    return ", ".join(filter(None, (head, _lines(judgement)))) + reason


def in_full(judgement: Judgement, gradient: Gradient | None) -> str:
    """Why a gradient does not pass, where its line is named beside it: the reason alone, if it is known.

    Where end to end nothing is to be seen of it, that is said, too.
    """
    reason = judgement.diagnosis.message if judgement.diagnosis is not None else ""
    if judgement.verdict is Verdict.WRONG_HERE and reason:
        return f"{reason} · {judgement.remarks[0]}" if judgement.hidden else reason
    if not reason and judgement.verdict.misfits and gradient is not None:
        reason = gradient.comparison.message
    head = _HEADS.get(judgement.verdict) or judgement.headline or judgement.verdict.value
    return ": ".join(filter(None, (head, reason or "; ".join(judgement.remarks))))


def _head(judgement: Judgement) -> str:
    """How the sentence begins; nothing where a verdict's own words say it all."""
    if judgement.verdict is Verdict.INHERITED:
        return judgement.headline
    return _HEADS.get(judgement.verdict, "")


def _lines(judgement: Judgement) -> str:
    """`line 113`, `lines 113 and 114`: those that build the gradient, or those of them that are wrong."""
    line = judgement.line
    return lines_in_words(line.accused_lines or line.lines) if line is not None else ""


def lines_in_words(lines: Sequence[int]) -> str:
    """`line 113`, `lines 113 and 114`; nothing of none."""
    numbers = [*map(str, lines)]
    if len(numbers) < 2:
        return "".join(f"line {number}" for number in numbers)
    return f"lines {', '.join(numbers[:-1])} and {numbers[-1]}"


def facts(comparison: Comparison, judgement: Judgement) -> tuple[str, ...]:
    """What is said of the line, then the comparison end to end, in sentences; none is said twice."""
    told = _line_facts(judgement, comparison.remark if comparison.aside else "")
    return (*told, *(fact for fact in _comparison_facts(comparison) if fact not in judgement.remarks))


EXACT = Comparison(Verdict.EXACT, exact=True, approximate=True, maxdiff=0.0, relative_error=0.0)
"""What a comparison comes to where all is equal."""


def _line_facts(judgement: Judgement, elsewhere: str) -> list[str]:
    """What there is to say of the line beyond the sentence, and beyond a remark that stands elsewhere."""
    where, remarks = _lines(judgement), [remark for remark in judgement.remarks if remark != elsewhere]
    if judgement.edited_elsewhere is not None:
        remarks.insert(0, f"in line {judgement.edited_elsewhere}")
    right = judgement.line is not None and judgement.line.verdict is Verdict.RIGHT
    if judgement.verdict is Verdict.INHERITED and right:
        alone = "are right themselves" if where.startswith("lines") else "itself is right"
        remarks.insert(0, f"{where} {alone}")
    told = "; ".join(remarks)
    if _head(judgement) or not where:
        return [told] if told else []
    if told:
        return [f"{where}: {told}"]
    if judgement.verdict is Verdict.NOT_WRITTEN:
        return [where]
    return [f"{where} right, judged alone in {judgement.line.dtype}"] if right and judgement.line else []


def _comparison_facts(comparison: Comparison) -> list[str]:
    if comparison.maxdiff is None:
        return [comparison.message] if comparison.message else []
    words = "exact" if comparison.exact else f"maxdiff {comparison.maxdiff:.3g}"
    sentences = [words, f"relative error {comparison.relative_error:.3g}", *_worst(comparison)]
    return sentences + ([comparison.message] if comparison.message else [])


def _worst(comparison: Comparison) -> list[str]:
    if comparison.verdict is not Verdict.WRONG or comparison.worst_index is None:
        return []
    place = list(comparison.worst_index)
    return [f"worst at {place}: {comparison.worst_manual:.4g}, autograd {comparison.worst_autograd:.4g}"]
