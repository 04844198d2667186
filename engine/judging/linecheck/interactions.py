"""Right one by one and wrong together: what no line alone explains is not taken for rounding."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from torch import Tensor

from ...execution.iteration import Iteration
from ...tensors.differences import entry_differences, finite_max
from ...tensors.inert import is_tensor
from ...tensors.vjp_agreement import agreement
from ...verdict import Verdict
from .lines.outcome import LineJudgement
from .lines.substitution import kept
from .lines.upstream_lines import with_upstreams
from .passes.attempt import Attempt

_FINE = (Verdict.RIGHT, Verdict.NOT_EXERCISED)


def unexplained(iteration: Iteration, lines: Mapping[str, LineJudgement]) -> list[str]:
    """Gradients that are wrong end to end, while every line that they come from is right."""
    if iteration.passes:
        return []
    wrong = [name for name, one in iteration.gradients.items() if one.verdict is Verdict.WRONG]
    behind = {name: with_upstreams(name, lines) for name in wrong}
    coarse = {name for name, one in iteration.gradients.items() if one.coarser}
    return [
        n for n, some in behind.items() if not coarse & some and all(_is_fine(lines.get(o)) for o in some)
    ]


def _is_fine(line: LineJudgement | None) -> bool:
    return line is not None and line.verdict in _FINE and not line.kink


def judged_together(
    attempt: Attempt, odd: list[str], judgements: Mapping[str, LineJudgement]
) -> dict[str, LineJudgement]:
    """What is said of lines that are right one by one while their gradients are wrong end to end.

    Of those that are right together it is told how much rounding does to autograd's own gradient.
    """
    reading = attempt.reading
    namespace = attempt.session.namespace
    with attempt.open() as world:
        arrived = attempt.forward(world).arrivals({})
        values = attempt.lines(world, {}, kept).values
        at_end = {name: attempt.once(name, namespace.get(name)) for name in reading.names}
    with attempt.open() as world:
        attempt.forward(world)
        read = {name: one for name, one in arrived.items() if reading.gradient_of(name) in reading.read}
        given_right = attempt.lines(world, read, kept).values
    expected = {n: arrived[reading.tensor_of[n]] for n in reading.names if reading.tensor_of[n] in arrived}
    together = _wrong_together(odd, judgements, values, expected, at_end)
    named = _wrong_given_right(together, given_right, expected)
    rest = {n: one for n, one in together.items() if not with_upstreams(n, judgements) & named.keys()}
    references = attempt.iteration.references.gradients
    rounded = {n: _distance(references[reading.tensor_of[n]], expected[n]) for n in odd if n in expected}
    measured = {n: judgements[n]._replace(rounded=size) for n, size in rounded.items()}
    return measured | rest | named


def _distance(one: Tensor, other: Tensor) -> float:
    differences = entry_differences(one.to(other), other)
    return float(differences.max()) if differences.numel() else 0.0


def _wrong_together(
    names: Iterable[str],
    lines: Mapping[str, LineJudgement],
    values: Mapping[str, Any],
    expected: Mapping[str, Tensor],
    at_end: Mapping[str, Any],
) -> dict[str, LineJudgement]:
    """Those of the names that are wrong in a pass where nothing was replaced, with the reason.

    `values` are the gradients when they were complete, `at_end` what their names hold afterwards.
    """
    largest = max(map(finite_max, expected.values()), default=0.0)
    judged = [name for name in names if name in expected]
    wrong = {
        name
        for name in judged
        if agreement(values.get(name), expected[name], upstream=largest).verdict is Verdict.WRONG_HERE
    }
    changed = {name for name in lines if _differ(values.get(name), at_end.get(name))}
    found = {name: _not_alone(lines[name], _reason(lines[name], changed, wrong)) for name in wrong}
    unseen = [n for n in judged if n in changed - wrong and not lines[n].reused]
    return found | {name: _not_alone(lines[name], _UNSEEN) for name in unseen}


def _not_alone(line: LineJudgement, reason: str) -> LineJudgement:
    return line._replace(verdict=Verdict.NOT_CHECKED, message=f"right alone; {reason}")


def _wrong_given_right(
    lines: Mapping[str, LineJudgement], values: Mapping[str, Any], expected: Mapping[str, Tensor]
) -> dict[str, LineJudgement]:
    """Those of the lines that are wrong here: wrong values, although what they read was autograd's.

    Such a line uses a gradient as if it were data (`(dl - y).sign()`), so that random ones do not tell.
    """
    largest = max(map(finite_max, expected.values()), default=0.0)
    found = {name: agreement(values.get(name), expected[name], upstream=largest) for name in lines}
    return {
        name: lines[name]._replace(
            verdict=one.verdict, maxdiff=one.maxdiff, dtype=one.dtype, message=_AS_DATA
        )
        for name, one in found.items()
        if one.verdict is Verdict.WRONG_HERE
    }


_AS_DATA = "it uses an upstream gradient as data and is wrong at the ones of this program"


_UNSEEN = "changed after it is complete, where torch does not see it"


def _reason(line: LineJudgement, changed: Container[str], wrong: Container[str]) -> str:
    for one in line.upstreams:
        if one in changed:
            return f"wrong because {one} is changed in place, through another name, after it is complete"
    for one in line.upstreams:
        if one in wrong:
            return f"wrong because it reads {one}, which is"
    return "wrong because something that it reads is changed by another line"


def _differ(one: Any, other: Any) -> bool:
    if not is_tensor(one) or not is_tensor(other):
        return False
    if one.shape != other.shape:
        return False
    return bool((entry_differences(one, other) > 0).any())
