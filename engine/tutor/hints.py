"""Hints for one gradient: from who uses the tensor to the line itself, a little more at each level."""

from __future__ import annotations

import ast
from collections.abc import Container
from dataclasses import replace

from ..program.analysis import ProgramFacts
from ..program.program import Program
from ..rules.derivation.derive import Derivation, Derived
from ..rules.derivation.reverse_walk import Contribution
from ..rules.derivation.written_lines import lines_of
from ..rules.style import styled
from ..rules.term import Factor, Term
from .explanation import sums_of

LEVELS = 5
BLANK = "____"


def hint(
    program: Program, derivation: Derivation, tensor: str, level: int, convention: str = ""
) -> tuple[str, ...]:
    """The lines of the hint of that level, 1 to 5; each says more than the one before.

    `convention` is what the program's own gradients are on purpose, to be told beside them.

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
    return (*lines, *unwritten_reads(program, derived), *filter(None, [convention]))


_NAMES_GRADIENTS = 3
"""From this level on hints name the gradients that the lines read."""


def unwritten_reads(program: Program, derived: Derived) -> tuple[str, ...]:
    """A sentence where the lines of a gradient read others that the program does not write so far."""
    facts = ProgramFacts(program)
    bound = {name for s in program.statements if s.section == "backward" for name in s.writes}
    written = (facts.candidates.keys() | bound) - facts.holes.marked
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
    blanked = [
        replace(contribution, term=_with_blank(contribution)) for contribution in derived.contributions
    ]
    shape = tuple(derivation.names[derived.tensor].shape)
    with styled(derivation.style):
        return tuple(lines_of(derived.name, derived.tensor, blanked, shape)) if blanked else derived.lines


def _with_blank(contribution: Contribution) -> Term:
    """The term with its hardest factor left out, or where it has none, its upstream gradient."""
    term = contribution.term
    blank = ast.Name(id=BLANK, ctx=ast.Load())
    hardest = max(
        (f for f in term.factors if not isinstance(f.tree, ast.Constant)),
        key=lambda factor: len(ast.dump(factor.tree)),
        default=None,
    )
    if hardest is not None:
        factors = tuple(Factor(blank, f.shape, f.divides) if f is hardest else f for f in term.factors)
        return replace(term, factors=factors)
    if term.base is None:
        return term
    upstream = {contribution.upstream, *(helper.name for helper in term.helpers)}
    return replace(term, base=_blank_inside(term.base, blank, upstream))


def _blank_inside(base: ast.expr, blank: ast.expr, upstream: Container[str]) -> ast.expr:
    """A matrix product without the other side; a sum with what is summed left out; else all of it."""
    if isinstance(base, ast.BinOp):
        upstream_left = any(
            isinstance(node, ast.Name) and node.id in upstream for node in ast.walk(base.left)
        )
        left, right = (base.left, blank) if upstream_left else (blank, base.right)
        return ast.BinOp(left=left, op=base.op, right=right)
    if isinstance(base, ast.Call) and isinstance(base.func, ast.Attribute):
        inner = _blank_inside(base.func.value, blank, upstream)
        func = ast.Attribute(value=inner, attr=base.func.attr, ctx=ast.Load())
        return ast.Call(func=func, args=base.args, keywords=base.keywords)
    return blank


def _whole(program: Program, derivation: Derivation, derived: Derived) -> tuple[str, ...]:
    return derived.lines
