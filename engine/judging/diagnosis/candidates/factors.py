"""An elementwise factor missing or too much, and the upstream gradient left out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import combinations

from torch import Tensor

from ....tensors.inert import is_tensor
from ..case import Case
from ..edit import Edit, Line, Spot, exchanged
from ..probes import Probe
from ..wording import binary, fit_together, parsed, written


def extra_factors(case: Case) -> Iterator[Edit]:
    """Every line without one of its factors or divisors."""
    for line, spot in case.spots:
        node = spot.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            yield Edit("factor_extra", _too_much(node.right), line, spot, node.left)
            yield Edit("factor_extra", _too_much(node.left), line, spot, node.right)
            yield Edit("factor_extra", for_divisor(node), line, spot, _over(node))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield Edit("factor_extra", _divided(node.right), line, spot, node.left)
            times = binary(node.left, ast.Mult(), node.right)
            yield Edit("factor_extra", times_for_over(node), line, spot, times)


def _over(node: ast.BinOp) -> ast.expr:
    return binary(node.left, ast.Div(), node.right)


def _too_much(factor: ast.expr) -> Callable[[], str]:
    return lambda: f"the factor {written(factor)} is too much"


def _divided(divisor: ast.expr) -> Callable[[], str]:
    return lambda: f"divided by {written(divisor)}, which does not belong there"


def for_divisor(node: ast.BinOp) -> Callable[[], str]:
    """`multiplied by n where it is to be divided`."""
    return lambda: f"multiplied by {written(node.right)} where it is to be divided"


def times_for_over(node: ast.BinOp) -> Callable[[], str]:
    """`divided by n where it is to be multiplied`."""
    return lambda: f"divided by {written(node.right)} where it is to be multiplied"


def measured_factors(case: Case) -> Iterator[Edit]:
    """Parts of the lines times what of the program the entries show to be missing."""
    probes = [probe for probe in case.probes if not _in_product(probe.spot) and probe.share.dim()]
    known = _known_factors(case) if probes else []
    expected = case.trial.expected
    for probe in probes:
        for text, factor in known:
            for divides in (False, True):
                if probe.fits(1 / factor if divides else factor, expected):
                    yield _scaled(case, probe.line, probe.spot, text, divides=divides)
    for probe in probes:
        yield from _two_factors(case, probe, known)


def _two_factors(case: Case, probe: Probe, known: list[tuple[str, Tensor]]) -> Iterator[Edit]:
    wanted = (case.trial.expected - probe.rest) / probe.share
    if wanted.shape != probe.share.shape or not bool(wanted.isfinite().all()):
        return
    near = [pair for pair in known if pair[0] in case.nearby][:_FEW]
    for (text, factor), (other, another) in combinations(near, 2):
        try:
            product = factor * another
        except RuntimeError:
            continue
        if product.numel() and _alike(wanted, product) and probe.fits(product, case.trial.expected):
            new = binary(binary(parsed(text), ast.Mult(), parsed(other)), ast.Mult(), probe.spot.node)
            words = f"missing the factors {text} and {other}"
            yield Edit("factor_missing", words, probe.line, probe.spot, new)


_FEW = 24


def _alike(wanted: Tensor, product: Tensor) -> bool:
    """A glance at one corner, before all entries are looked at."""
    if product.dim() > wanted.dim():
        return False
    left, right = float(wanted.flatten()[0]), float(product.flatten()[0])
    return abs(left - right) <= 1e-6 * max(abs(left), abs(right))


def _in_product(spot: Spot) -> bool:
    parent = spot.parent
    linear = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Div | ast.MatMult)
    return linear or isinstance(parent, ast.UnaryOp | ast.Compare)


def _scaled(case: Case, line: Line, spot: Spot, text: str, *, divides: bool) -> Edit:
    operator: ast.operator = ast.Div() if divides else ast.Mult()
    new = binary(spot.node, operator, parsed(text))
    if text in case.gradients:
        words = f"missing the upstream gradient {text}: only the local derivative is written"
        return Edit("upstream_missing", words, line, spot, new)
    words = f"not divided by {text}" if divides else f"missing the factor {text}"
    return Edit("factor_missing", lambda: f"{words}{_in_sum(spot, new)}", line, spot, new)


def _in_sum(spot: Spot, new: ast.expr) -> str:
    """Of a factor of a part of the line, what that part is in: `: 1 - h for 1 - h * h`."""
    whole = spot.parent
    if not isinstance(whole, ast.BinOp) or not isinstance(whole.op, ast.Add | ast.Sub):
        return ""
    (due,) = exchanged(whole, spot.node, [new])
    words = f": {written(whole)} for {written(due)}"
    return words if len(words) <= _SHORT else ""


_SHORT = 60
"""What is longer is not read; the suggestion has it."""


def _known_factors(case: Case) -> list[tuple[str, Tensor]]:
    return [*((name, case.values[name]) for name in case.tensors), *case.parts]


def missing_upstream(case: Case) -> Iterator[Edit]:
    """Every line with the gradient of a tensor that uses this one as one more factor."""
    unread = [gradient for gradient in case.gradients if gradient not in case.trial.stands.reads]
    users = [gradient for gradient in unread if gradient in case.user_gradients]
    yield from _with_factors(case, users, divide=False)
    if any(not line.own for line in case.trial.lines):
        others = [gradient for gradient in unread if gradient not in users]
        yield from _with_factors(case, others, divide=False, helpers=True)


def any_upstream(case: Case) -> Iterator[Edit]:
    """The same with every other gradient."""
    tried = case.trial.stands.reads.union(case.user_gradients)
    others = [gradient for gradient in case.gradients if gradient not in tried]
    yield from _with_factors(case, others, divide=False)


def missing_factors(case: Case) -> Iterator[Edit]:
    """Every part of a line times or over each tensor nearby."""
    yield from _with_factors(case, [name for name in case.tensors if name in case.nearby], divide=True)


def _with_factors(case: Case, names: list[str], *, divide: bool, helpers: bool = False) -> Iterator[Edit]:
    spots = [pair for pair in case.spots if not (helpers and pair[0].own)]
    for text in names:
        for line, spot in spots:
            shape = case.shape(spot.node)
            # what is compared with nothing is NaN where it is divided by zero: a mask by chance
            if shape is None or spot.exponent or spot.compared or not _fits(case, text, shape):
                continue
            if isinstance(spot.parent, ast.BinOp) and isinstance(spot.parent.op, ast.Mult):
                continue
            yield _scaled(case, line, spot, text, divides=False)
            if divide:
                yield _scaled(case, line, spot, text, divides=True)


def _fits(case: Case, text: str, shape: tuple[int, ...]) -> bool:
    """Whether a tensor may be multiplied with one of this shape."""
    other = case.trial.bench.cut_at(text) if text in case.gradients else case.values.get(text)
    return is_tensor(other) and fit_together(other.shape, shape)
