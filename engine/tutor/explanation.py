"""Explaining a gradient: who made the tensor, who uses it, by which rule, with the numbers of one entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..execution.iteration import Iteration
from ..program.names import with_roots
from ..program.program import Program
from ..program.torch_operations import broadcasts
from ..rules.derivation.derive import Derived
from ..rules.derivation.reverse_walk import Contribution
from ..rules.derivation.worked_example import worked
from ..rules.derivation.written_lines import lines_of
from ..rules.style import styled
from ..rules.table import Use
from ..rules.trees import text_of
from ..tensors.dtypes import with_precision
from ..tensors.inert import is_tensor
from .own_terms import OwnTerms


@dataclass(frozen=True)
class RuleSaid:
    """One rule on the way, in words and symbols."""

    title: str
    sentence: str
    formula: str
    source: str


@dataclass(frozen=True)
class UseExplained:
    """One use of the tensor: the forward line, the rules, the term, one entry worked through."""

    line: int
    text: str
    rules: tuple[RuleSaid, ...]
    term: str
    """With this program's names: `ddifference += 2 * difference * ddifference_squared`."""
    sums: tuple[str, ...]
    """`summed over 32 rows: b was broadcast`."""
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """All there is to say of one tensor's gradient."""

    tensor: str
    shape: tuple[int, ...]
    made_by: str
    """`line 12: H = W1 * x + B1`; `a parameter`."""
    uses: tuple[UseExplained, ...]
    lines: tuple[str, ...]
    """The derived lines."""
    at: tuple[int, ...]
    """The entry whose numbers are worked through."""
    total: str
    """What the terms of that entry add up to."""
    reason: str = ""
    """Why there is no term, where there is none."""
    convention: str = ""
    """What the program's gradients are on purpose, in a sentence."""


def explain(
    program: Program,
    iteration: Iteration,
    terms: OwnTerms,
    tensor: str,
    at: tuple[int, ...] | None = None,
) -> Explanation:
    """Explain the gradient of one tensor; `at` picks the entry, else the one that matters most does.

    Raises:
        KeyError: no such tensor has a gradient.
    """
    derivation = terms.derivation
    derived = derivation.gradients[tensor]
    names = own_values(terms, iteration)
    value = names.get(tensor)
    shape = tuple(value.shape) if is_tensor(value) else ()
    place = at if at is not None and len(at) == len(shape) else _worst(iteration, derived, shape)
    with styled(derivation.style):
        uses = tuple(
            _use(program, derived, contribution, names, place, first=position == 0)
            for position, contribution in enumerate(derived.contributions)
        )
    own = names.get(derived.name) if tensor in iteration.references.gradients else None
    total = f"{own[place].item():.4g}" if own is not None else ""
    return Explanation(
        tensor,
        shape,
        made_by(program, tensor),
        uses,
        derived.lines,
        place,
        total,
        derived.reason,
        terms.convention,
    )


def own_values(terms: OwnTerms, iteration: Iteration) -> dict[str, Any]:
    """Every name's value when the forward had run, and the right gradients, in the program's scale."""
    true = iteration.references.gradients
    gradients = terms.derivation.gradients
    tensors = {use.upstream: use.target for one in gradients.values() for use in one.contributions}
    tensors |= {one.name: tensor for tensor, one in gradients.items()}
    known = {name: true[tensor] for name, tensor in tensors.items() if tensor in true}
    wide = {name: one.to(with_precision(one.dtype, torch.float64)) for name, one in known.items()}
    scaled = {name: terms.scales.get(name, 1.0) * one for name, one in wide.items()}
    return {**terms.derivation.names, **scaled}


def made_by(program: Program, tensor: str) -> str:
    """Where a tensor comes from."""
    lines = [s for s in program.statements if tensor in s.binds and s.section == "forward"]
    if lines:
        return f"line {lines[-1].line}: {lines[-1].text.splitlines()[0]}"
    held = {*with_roots([tensor])}
    parameters = [s for s in program.statements if held & {*s.binds} and s.section == "parameters"]
    return f"a parameter, line {parameters[-1].line}" if parameters else "data"


def _worst(iteration: Iteration, derived: Derived, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The entry that is most wrong, else the one with the largest true gradient."""
    true = iteration.references.gradients.get(derived.tensor)
    written = iteration.gradients.get(derived.name)
    if written is not None and not written.verdict.passes and written.comparison.worst_index is not None:
        index = tuple(written.comparison.worst_index)
        if len(index) == len(shape):
            return index
    if true is None or not true.numel():
        return tuple(0 for _ in shape)
    place = int(true.abs().nan_to_num().argmax())
    return tuple(int(coordinate) for coordinate in torch.unravel_index(torch.tensor(place), true.shape))


def _use(
    program: Program,
    derived: Derived,
    contribution: Contribution,
    names: Mapping[str, Any],
    at: tuple[int, ...],
    *,
    first: bool,
) -> UseExplained:
    numbers, sums = worked(contribution, names, at)
    term = term_text(derived, contribution)
    conjugated = (
        ("a slope of complex numbers is conjugated: torch's convention",) if ".conj()" in term else ()
    )
    return UseExplained(
        line=contribution.line,
        text=program.lines[contribution.line - 1].strip() if contribution.line else "",
        rules=tuple(_said(use) for use in contribution.uses),
        term=term,
        sums=(*conjugated, *sums_of(contribution), *sums),
        numbers=numbers,
    )


def _said(use: Use) -> RuleSaid:
    rule = use.rule
    return RuleSaid(rule.title, rule.sentence, rule.formula, rule.source)


def term_text(derived: Derived, contribution: Contribution) -> str:
    """The line for this use alone, adding to the gradient."""
    sign = "-=" if contribution.term.minus and contribution.term.into is None else "+="
    if contribution.term.into is not None:
        return lines_of(derived.name, derived.tensor, [contribution], contribution.term.shape)[-1]
    tree = contribution.term.negated().tree() if contribution.term.minus else contribution.term.tree()
    return f"{derived.name} {sign} {text_of(tree)}"


def sums_of(contribution: Contribution) -> tuple[str, ...]:
    """What is summed on the way, and why: where an operand was broadcast."""
    sums = []
    for use in contribution.uses:
        inner, outer = use.node.value, use.operation.node.value
        if broadcasts(use.operation.name) and is_tensor(inner) and is_tensor(outer):
            words = _broadcast(tuple(inner.shape), tuple(outer.shape))
            if words:
                label = use.node.name or text_of(use.node.tree())
                sums.append(f"summed over {words}: {label} was broadcast")
    return tuple(sums)


def _broadcast(inner: Sequence[int], outer: Sequence[int]) -> str:
    leading = len(outer) - len(inner)
    dims = [
        *range(leading),
        *(leading + at for at, size in enumerate(inner) if size == 1 != outer[leading + at]),
    ]
    names = {0: "rows", 1: "columns"} if len(outer) == 2 else {}
    return " and ".join(f"{outer[at]} {names.get(at, f'entries of dimension {at}')}" for at in dims)
