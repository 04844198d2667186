"""What there is to say of a gradient, in lines: an explanation or a hint, for any screen."""

from __future__ import annotations

from ..judging.judgement import Judgement
from ..verdict import Verdict
from .answer import Told, Tone
from .explanation import Explanation, UseExplained
from .hints import LEVELS


def explanation_lines(said: Explanation) -> tuple[Told, ...]:
    """An explanation in lines."""
    head = Told(f"{said.tensor} {list(said.shape)}: {said.made_by}", "head")
    if said.reason:
        return (head, Told(f"no explanation: {said.reason}"))
    if not said.uses:
        return (head, Told("nothing that the loss depends on uses it: its gradient is zero"))
    lines = [line for use in said.uses for line in _use(use)]
    if said.total and len(said.uses) > 1:
        lines.append(Told(f"all terms of entry {list(said.at)} together: {said.total}"))
    if said.convention:
        lines.append(Told(said.convention, "quiet"))
    return (head, *lines)


def _use(use: UseExplained) -> list[Told]:
    lines = [Told(f"used by line {use.line}: {use.text}")]
    for rule in use.rules:
        source = f" ({rule.source})" if rule.source else ""
        lines.append(Told(f"  {rule.title}: {rule.sentence}{source}"))
        lines.append(Told(f"    {rule.formula}", "quiet"))
    lines.append(Told(f"  {use.term}", "strong"))
    return lines + [Told(f"    {sentence}") for sentence in (*use.sums, *use.numbers)]


def hint_lines(gradient: str, level: int, lines: tuple[str, ...]) -> tuple[Told, ...]:
    """A hint in lines."""
    tone: Tone = "strong" if level >= LEVELS - 1 else "plain"
    return (Told(f"{gradient}, hint {level} of {LEVELS}", "head"), *(Told(line, tone) for line in lines))


def right_already(gradient: str, judgement: Judgement | None) -> tuple[Told, ...]:
    """What is said instead of a hint where none is needed; nothing where one is.

    A gradient that a check does not pass is not called right, even if its line is.
    """
    if judgement is None or not judgement.line_passes or judgement.verdict in _UNKNOWN:
        return ()
    if judgement.verdict.passes:
        remarks = [judgement.message] if judgement.message else []
        return (Told(f"{gradient} is right already.", "head"), *map(Told, remarks))
    causes = judgement.inherited_from
    verb = "is" if len(causes) == 1 else "are"
    why = f"because {' and '.join(causes)} {verb}" if causes else f"all the same: {judgement.message}"
    return (Told(f"The line of {gradient} is right.", "head"), Told(f"Its values are wrong {why}."))


_UNKNOWN = (Verdict.NOT_WRITTEN, Verdict.NOT_CHECKED, Verdict.NOT_EXERCISED)
"""Verdicts that do not say that anything is right."""
