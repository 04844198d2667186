"""What is said beside a verdict: why a gradient passes, or differs, although its line does not."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..execution.gradients.gradient import Gradient, compared
from ..execution.iteration import Iteration
from ..execution.recording.steps import MISSING
from ..tensors.comparison import is_more, may_be_rounding
from ..tensors.differences import finite_max
from ..tensors.inert import is_tensor
from ..verdict import Verdict
from .linecheck.lines.outcome import LineJudgement
from .linecheck.lines.upstream_lines import with_upstreams

_AUTOGRADS = "autograd's is infinite or NaN where this one is not, though the line is right"
_ITS_OWN = "infinite or NaN where autograd's is not, though the line is right"
_STRANGE = "infinite or NaN otherwise than autograd's, though the line is right"


def said(*sentences: str) -> tuple[str, ...]:
    """The sentences that say something."""
    return tuple(filter(None, sentences))


def unwritten_upstreams(line: LineJudgement, lines: Mapping[str, LineJudgement]) -> str:
    """Which gradients that the line reads are not written."""
    known = [name for name in line.upstreams if name in lines]
    holes = [name for name in known if lines[name].verdict is Verdict.NOT_WRITTEN]
    if not holes:
        return ""
    verb, whose = ("is", "autograd's stands") if len(holes) == 1 else ("are", "autograd's stand")
    return f"reads {', '.join(holes)}, which {verb} not written; {whose} in"


def end_to_end(gradient: Gradient) -> str:
    """What the comparison with autograd's says, where it is more than numbers."""
    manual, autograd = gradient.value, gradient.reference
    alike = is_tensor(manual) and autograd is not None and manual.dtype == autograd.dtype
    if alike and gradient.verdict in (Verdict.EXACT, Verdict.CLOSE, Verdict.WRONG):
        return ""
    return gradient.comparison.message


def why_hidden(iteration: Iteration, gradient: Gradient) -> str:
    """Why a gradient passes end to end although its line is wrong."""
    reference = gradient.reference
    size = 0.0 if reference is None else finite_max(reference)
    if size <= 1e-6 * iteration.references.largest:
        return "the true gradient is about zero here"
    return "end to end it agrees at this batch"


def is_a_wrong_lines(iteration: Iteration, gradient: Gradient) -> bool:
    """Whether a difference that passes is more than rounding once a line is known to be wrong."""
    manual, autograd = gradient.value, gradient.reference
    if gradient.verdict is not Verdict.CLOSE or not is_tensor(manual) or autograd is None:
        return False
    coarser = manual.dtype if gradient.coarser else autograd.dtype
    maxdiff, largest = gradient.comparison.maxdiff or 0.0, iteration.references.largest
    return is_more(maxdiff, finite_max(autograd), coarser, largest)


def within_rounding(iteration: Iteration, gradient: Gradient, line: LineJudgement) -> bool:
    """Whether the dtype can round by as much as the gradient differs."""
    manual, autograd = gradient.value, gradient.reference
    if not is_tensor(manual) or autograd is None:
        return False
    coarser = manual.dtype if gradient.coarser else autograd.dtype
    maxdiff, largest = gradient.comparison.maxdiff or 0.0, iteration.references.largest
    return may_be_rounding(maxdiff, finite_max(autograd), coarser, largest, line.rounded)


def other_names(iteration: Iteration, gradient: Gradient) -> tuple[str, ...]:
    """The other names of the gradient's tensor: autograd has one gradient for all of them."""
    every = iteration.references.gradients
    return tuple(name for name, one in every.items() if one is gradient.reference and name != gradient.tensor)


def coarse_upstreams(iteration: Iteration, name: str, lines: Mapping[str, LineJudgement]) -> tuple[str, ...]:
    """The gradients upstream that are of a coarser dtype than their tensors: what they round is lost."""
    behind = with_upstreams(name, lines) - {name}
    return tuple(n for n, gradient in iteration.gradients.items() if n in behind and gradient.coarser)


def why_not_finite(gradient: Gradient) -> str:
    """Which of the two is infinite or NaN."""
    manual, autograd = gradient.value, gradient.reference
    if not is_tensor(manual) or autograd is None:
        return _STRANGE
    odd, true = (~tensor.detach().to_dense().cpu().isfinite() for tensor in (manual, autograd))
    its_own, autograds = bool((odd & ~true).any()), bool((true & ~odd).any())
    if its_own == autograds:
        return _STRANGE
    return _ITS_OWN if its_own else _AUTOGRADS


def is_finite(size: float | None) -> bool:
    """Whether there is a difference that is a number."""
    return size is not None and math.isfinite(size)


def below_a_kink(name: str, lines: Mapping[str, LineJudgement]) -> bool:
    """Whether a line upstream took another subgradient."""
    return any(lines[upstream].kink for upstream in with_upstreams(name, lines) - {name})


def differed_when_complete(iteration: Iteration, gradient: Gradient, line: LineJudgement) -> bool:
    """Whether a gradient was not autograd's when its lines had built it, before its name was used anew."""
    own = [at for at in gradient.writes if iteration.statement_at(at).line in line.lines]
    value = iteration.value_at(gradient.name, own[-1] + 1) if own else MISSING
    if value is MISSING:
        return False
    return not compared(value, gradient.tensor, iteration.references).verdict.passes
