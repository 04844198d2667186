"""Hints for one gradient: from who uses the tensor to the line itself, a little more at each level."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..program.analysis import ProgramFacts
from ..program.program import Program
from ..rules.derivation.derive import Derivation, Derived
from ..rules.derivation.reverse_walk import Contribution
from .explanation import sums_of
from .left_out import BLANK, with_blank

LEVELS = 5
PASSED_ON = "What belongs there is a gradient that is known already, and nothing else."


def hint(
    program: Program,
    derivation: Derivation,
    tensor: str,
    level: int,
    convention: str = "",
    there: Collection[str] = (),
) -> tuple[str, ...]:
    """The lines of the hint of that level, 1 to 5; each says more than the one before.

    `convention` is what the program's own gradients are on purpose, to be told beside them; `there` are
    names that the function has in which the line stands.

    Raises:
        KeyError: no such tensor has a gradient.
    """
    derived = derivation.gradients[tensor]
    if derived.reason:
        return (f"No hint for {derived.name}: {derived.reason}.",)
    levels = (_users, _rules, _shapes, _blanked, _whole)
    lines = levels[min(max(level, 1), LEVELS) - 1](program, derivation, derived)
    if level < _NAMES_GRADIENTS:
        return lines
    return (*lines, *unwritten_reads(program, derived, there), *filter(None, [convention]))


_NAMES_GRADIENTS = 3
"""From this level on hints name the gradients that the lines read."""


def unwritten_reads(program: Program, derived: Derived, there: Collection[str] = ()) -> tuple[str, ...]:
    """A sentence where the lines of a gradient read others that the program does not write so far."""
    facts = ProgramFacts(program)
    bound = {name for s in program.statements if s.section == "backward" for name in s.writes}
    written = ((facts.candidates.keys() | bound) - facts.holes.marked).union(there)
    reads = dict.fromkeys(use.upstream for use in derived.contributions if use.upstream)
    names = [name for name in reads if name not in written]
    if not names or not derived.lines:
        return ()
    return (f"It reads {' and '.join(names)}, which no line of the program writes so far.",)


def _users(program: Program, derivation: Derivation, derived: Derived) -> tuple[str, ...]:
    uses = derived.contributions
    if not uses:
        return (f"Nothing that the loss depends on uses {derived.tensor}: its gradient is zero.",)
    terms = "one term" if len(uses) == 1 else f"{len(uses)} terms, added up"
    return (f"{derived.tensor} is used {_times(len(uses))}; its gradient has {terms}:", *map(_user, uses))


def _user(contribution: Contribution) -> str:
    through = (
        ", then ".join(dict.fromkeys(use.rule.title for use in reversed(contribution.uses))) or "another name"
    )
    return f"line {contribution.line} makes {contribution.target} of it, through {through}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _rules(program: Program, derivation: Derivation, derived: Derived) -> tuple[str, ...]:
    rules = {
        use.rule.title: use.rule.sentence
        for contribution in derived.contributions
        for use in contribution.uses
    }
    return tuple(f"{title}: {sentence}" for title, sentence in rules.items()) or (
        "The gradient is passed on as it is.",
    )


def _shapes(program: Program, derivation: Derivation, derived: Derived) -> tuple[str, ...]:
    lines = [f"{derived.name} has the shape of {derived.tensor}: {_shape(derivation, derived.tensor)}"]
    for contribution in derived.contributions:
        upstream = "starts from 1, the gradient of the loss"
        if contribution.upstream:
            upstream = f"reads {contribution.upstream}, of shape {_shape(derivation, contribution.target)}"
        sums = "; ".join(sums_of(contribution)) or "nothing is summed for broadcasting"
        lines.append(f"the term through {contribution.target} {upstream}; {sums}")
    return tuple(lines)


def _shape(derivation: Derivation, tensor: str) -> str:
    return str(list(derivation.names[tensor].shape))


def _blanked(program: Program, derivation: Derivation, derived: Derived) -> tuple[str, ...]:
    """Its lines, in each the part left out that teaches; where none does, the gradient that is passed on."""
    given = {use.upstream for use in derived.contributions if use.upstream}
    given |= {helper.name for use in derived.contributions for helper in use.term.helpers}
    written = derived.name
    lines = tuple(with_blank(line, given) if line.startswith(written) else line for line in derived.lines)
    if lines != derived.lines:
        return lines
    if not given:
        return (f"{written} = {BLANK}",)
    upstream = re.compile(rf"\b({'|'.join(map(re.escape, given))})\b")
    return (*(upstream.sub(BLANK, line) for line in lines), PASSED_ON)


def _whole(program: Program, derivation: Derivation, derived: Derived) -> tuple[str, ...]:
    return derived.lines
