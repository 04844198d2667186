"""Where several lines are wrong because one is: which of them has the blame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....tensors.vjp_agreement import Agreement
from ....verdict import Verdict
from ..lines.gradient_lines import allocated_gradients, filled_lines, read_in_part
from .attempt import Attempt


@dataclass(frozen=True, eq=False)
class Results:
    """What is known of every gradient's lines, and the gradients that they come from."""

    agreements: Mapping[str, Agreement]
    upstreams: Mapping[str, tuple[str, ...]]

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of those that are wrong here."""
        return tuple(n for n, one in self.agreements.items() if one.verdict is Verdict.WRONG_HERE)

    def with_agreements(self, others: Mapping[str, Agreement]) -> Results:
        """With these in place of what was known."""
        return Results({**self.agreements, **others}, self.upstreams)

    def told(self, reasons: Mapping[str, str], verdict: Verdict) -> Results:
        """With another verdict on these, for the reasons given."""
        return self.with_agreements(
            {
                name: self.agreements[name]._replace(verdict=verdict, message=reason)
                for name, reason in reasons.items()
            }
        )

    def excused(self, reasons: Mapping[str, str]) -> Results:
        """With the blame taken off these, for the reasons given."""
        return self.told(reasons, Verdict.NOT_CHECKED)


def blamed(attempt: Attempt, results: Results) -> Results:
    """The results with the blame where it belongs."""
    if not results.wrong:
        return results
    for stage in (_woven_after_wrong, _whole_after_part, _reader_of_a_part):
        results = stage(attempt, results)
    return results


def _woven_after_wrong(attempt: Attempt, results: Results) -> Results:
    """Lines of a loop are judged together: blame stops at the first wrong one of a chain."""
    wrong, upstreams = set(results.wrong), results.upstreams
    woven = attempt.reading.woven & wrong
    reasons: dict[str, str] = {}
    for name in wrong:
        causes = [one for one in upstreams[name] if one in woven and name not in upstreams[one]]
        if causes:
            reasons[name] = f"built in one loop with {causes[0]}, which is wrong"
    return results.excused(reasons)


def _whole_after_part(attempt: Attempt, results: Results) -> Results:
    """Memory that is filled through parts of it is wrong where a part is: that one has the blame."""
    wrong = results.wrong
    lines = {name: filled_lines(attempt.iteration, name) for name in wrong}
    upstreams = dict(results.upstreams)
    reasons: dict[str, str] = {}
    wholes = allocated_gradients(attempt.session)
    for name in wholes.intersection(wrong):
        parts = tuple(one for one in wrong if one not in wholes and lines[one] & lines[name])
        if parts:
            upstreams[name] = (*parts, *upstreams[name])
            reasons[name] = f"filled through {parts[0]}, which is wrong"
    return Results(results.agreements, upstreams).excused(reasons)


def _reader_of_a_part(attempt: Attempt, results: Results) -> Results:
    """A line that reads a gradient while it is built: what is built so far has the blame."""
    wrong = results.wrong
    reasons: dict[str, str] = {}
    for name in wrong:
        read = [one for one in results.upstreams[name] if one in wrong]
        parts = [one for one in read if read_in_part(attempt.iteration, name, one)]
        if parts and parts[0] not in reasons:
            reasons[name] = f"reads {parts[0]} while it is built, which is wrong"
    return results.excused(reasons)
