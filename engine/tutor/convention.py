"""Lines that keep to the convention of a program whose gradients are multiples on purpose."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from ..execution.iteration import Iteration
from ..judging.judgement import Judgement
from ..rules.derivation.derive import Derivation, Derived
from ..rules.derivation.reverse_walk import Contribution
from ..rules.derivation.written_lines import lines_of
from ..rules.style import style, styled
from ..rules.trees import name as name_tree
from ..tensors.dtypes import as_reals
from ..verdict import Verdict


def factors_of(iteration: Iteration, judged: Mapping[str, Judgement]) -> dict[str, float]:
    """How many times the gradient those that are scaled by convention are, by name."""
    scaled = [name for name, one in judged.items() if one.verdict is Verdict.SCALED]
    found = {name: _ratio(iteration, name) for name in scaled}
    return {name: factor for name, factor in found.items() if factor is not None}


def _ratio(iteration: Iteration, name: str) -> float | None:
    """What a gradient's value is times autograd's, where that is one number."""
    gradient = iteration.gradients[name]
    value, true = gradient.value, gradient.reference
    if not isinstance(value, Tensor) or true is None or value.shape != true.shape or not true.abs().any():
        return None
    wide, true = as_reals(value.detach()).double(), as_reals(true).double()
    factor = float((wide * true).sum() / (true * true).sum())
    return float(f"{factor:.6g}") if torch.allclose(wide, factor * true, rtol=1e-4, atol=1e-7) else None


def kept(derivation: Derivation, factors: Mapping[str, float], leaves: Collection[str]) -> Derivation:
    """The derivation in a program whose gradients are `factors` times what they would be.

    What is made from a scaled gradient is scaled as well; the gradients of `leaves`, which the update
    reads, come out right, and so do those that are made from several of different scales.
    """
    if not factors:
        return derivation
    scales = dict(factors)
    gradients: dict[str, Derived] = {}
    with styled(derivation.style):
        for tensor, derived in derivation.gradients.items():
            own = {scales.get(one.upstream, 1.0) for one in derived.contributions}
            if len(own) == 1 and tensor not in leaves:
                scales.setdefault(derived.name, *own)
                gradients[tensor] = derived
            else:
                gradients[tensor] = _unscaled(derivation, derived, scales)
    return replace(derivation, gradients=gradients)


def _unscaled(derivation: Derivation, derived: Derived, scales: Mapping[str, float]) -> Derived:
    """The gradient with what comes from scaled ones divided by their scale."""
    uses = [_over(use, scales.get(use.upstream, 1.0)) for use in derived.contributions]
    if not derived.lines or all(new is old for new, old in zip(uses, derived.contributions, strict=True)):
        return derived
    shape = tuple(derivation.names[derived.tensor].shape)
    lines = lines_of(derived.name, derived.tensor, uses, shape)
    if ".reshape(" in "".join(derived.lines):
        lines = [line.replace(".view(", ".reshape(") for line in lines]
    return replace(derived, contributions=uses, lines=tuple(lines))


def _over(use: Contribution, scale: float) -> Contribution:
    return use if scale == 1 else replace(use, term=use.term.over(_word(scale)))


def _word(scale: float) -> ast.expr:
    """A number in the program's own word for it, where it has one."""
    whole = round(scale)
    if whole == scale:
        return name_tree(style().sizes[whole]) if whole in style().sizes else ast.Constant(whole)
    return ast.Constant(scale)
