"""A constant factor: found by its number, named in the program's own words."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping

from torch import Tensor

from ....program.names import called
from ....rules.trees import name
from ..case import Case, binary, swapped, written
from ..edit import Edit, Spot, literal, number, receiver
from ..probes import Probe
from .terms import extra_terms

_PLAIN = (2.0, 3.0, 4.0)


def scalar_names(case: Case) -> dict[str, float]:
    """Every scalar that the program binds, those in the user's lines first, then those nearby."""
    lines = [name for line in case.lines for name in sorted(line.statement.reads)]
    near = [name for one in case.near for name in sorted(one.reads)]
    found: dict[str, float] = {}
    for one in dict.fromkeys([*lines, *near, *case.values]):
        value = case.values.get(one)
        known = _number(value)
        if known is not None and not one.startswith("__") and one not in ("loss", "iteration"):
            found[one] = known
    return {**found, **_counts(case, found)}


def _counts(case: Case, known: Mapping[str, float]) -> dict[str, float]:
    """The sizes of the tensor that have no name."""
    shape = tuple(case.trial.expected.shape)
    texts = {f"{case.tensor}.shape[{dim}]": float(size) for dim, size in enumerate(shape)}
    texts[f"{case.tensor}.numel()"] = float(math.prod(shape))
    return {text: size for text, size in texts.items() if size > 2 and size not in known.values()}


def _number(value: object) -> float | None:
    if isinstance(value, Tensor):
        value = float(value) if value.numel() == 1 and value.dim() == 0 else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def forms(names: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Texts of factors with their numbers, the plain ones first."""
    yield from ((f"{plain:g}", plain) for plain in _PLAIN)
    for one, value in names.items():
        yield one, value
    for one, value in names.items():
        yield f"({one} - 1)", value - 1
        yield f"({one} + 1)", value + 1
    for one, value in names.items():
        yield f"({one} / ({one} - 1))", value / (value - 1) if value != 1 else math.nan
        yield f"({one} / ({one} + 1))", value / (value + 1) if value != -1 else math.nan
        yield f"(2 * {one})", 2 * value
        yield f"{one} ** 2", value**2
        yield f"{one} ** 0.5", value**0.5 if value > 0 else math.nan


def named(factor: float, names: Mapping[str, float]) -> tuple[str, bool] | None:
    """The text of a factor, and whether it divides; None where no name fits."""
    for text, value in forms(names):
        if value and math.isfinite(value) and abs(value) != 1:
            if math.isclose(factor, value, rel_tol=1e-9):
                return text, False
            if math.isclose(factor, 1 / value, rel_tol=1e-9):
                return text, True
    return None


def too_large(factor: float, names: Mapping[str, float]) -> str:
    """`n times too large`, for a value that is `factor` times what it should be."""
    known = named(abs(factor), names)
    if known is None:
        return f"{factor:.4g} times what it should be"
    text, divides = known
    if " / " in text:
        over, under = text[1:-1].split(" / ")
        quotient = f"{under} / {over}" if divides else f"{over} / {under}"
        return f"{'-' if factor < 0 else ''}{quotient} times what it should be"
    if factor < 0:
        return f"-{'1 / ' if divides else ''}{text} times what it should be"
    plain = text[1:-1] if text.startswith("(") else text
    return f"{plain} times too {'small' if divides else 'large'}"


def measured_constants(case: Case) -> Iterator[Edit]:
    """Numbers and sizes exchanged, taken out or put in, where a part is a constant factor off."""
    names = scalar_names(case)
    if case.ratio == 2.0:
        for edit in extra_terms(case):
            yield case.edit("counted_twice", "the same is counted twice", edit.line, edit.spot, edit.new)
    measured = [one for one in case.probes if one.factor not in (None, 0.0, 1.0, -1.0)]
    for one in measured:
        yield from _in_place(case, one, names)
    for one in measured:
        if not _inside_product(one.spot):
            yield from _times(case, one, names)
    if case.ratio is not None and abs(case.ratio) != 1:
        yield from _afterwards(case, case.ratio, names)


def mean_factors(case: Case) -> Iterator[Edit]:
    """A constant that is as many as a mean averages, or a sum adds up, in the forward."""
    if case.ratio is None or abs(case.ratio) == 1:
        return
    over = case.ratio > 1
    which, other = ("mean", "sum") if over else ("sum", "mean")
    for one in case.near:
        if case.tensor in one.reads and _takes(case, one.node, which, case.ratio if over else 1 / case.ratio):
            words = f"the gradient of the {other} is written where line {one.line} takes the {which}"
            for edit in measured_constants(case):
                yield case.edit("mean_for_sum", words, edit.line, edit.spot, edit.new)


def _takes(case: Case, node: ast.stmt, which: str, count: float) -> bool:
    """Whether a forward line sums or averages so many entries of the tensor, and scales nothing."""
    shape = tuple(case.trial.expected.shape)
    for call in ast.walk(node):
        if isinstance(call, ast.BinOp) and isinstance(call.op, ast.Div) and which == "sum":
            return False
        if isinstance(call, ast.Call) and called(call) == which:
            whole = not (call.args if receiver(call) else call.args[1:]) and not call.keywords
            counts = (math.prod(shape),) if whole else shape
            if any(math.isclose(count, one, rel_tol=1e-9) for one in counts):
                return True
    return False


def unnamed_constants(case: Case) -> Iterator[Edit]:
    """The same with numbers that have no name in the program."""
    for one in case.probes:
        if one.factor not in (None, 0.0, 1.0, -1.0) and case.trial.expected.numel() > 1:
            assert one.factor is not None
            new = binary(one.spot.node, ast.Mult(), literal(one.factor))
            said = _said(case, f"{written(one.spot.node)} is to be {one.factor:.4g} times as large")
            yield case.edit("constant_factor", said, one.line, one.spot, new)


def _said(case: Case, otherwise: str | Callable[[], str]) -> str | Callable[[], str]:
    """How far off the whole value is, or what is to be said where only a part of it is off."""
    names = scalar_names(case)
    if case.ratio is None or named(abs(case.ratio), names) is None:
        return otherwise
    return too_large(case.ratio, names)


def _in_place(case: Case, one: Probe, names: Mapping[str, float]) -> Iterator[Edit]:
    node, factor = one.spot.node, one.factor
    assert factor is not None
    if case.is_scalar(node) and _number(case.value(node)) is not None:
        for new in _expressions(case, node, factor, names):
            yield case.edit("constant_factor", _said(case, swapped(node, new)), one.line, one.spot, new)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield from _in_product(case, one, node, names)


def _in_product(case: Case, one: Probe, node: ast.BinOp, names: Mapping[str, float]) -> Iterator[Edit]:
    assert one.factor is not None
    divides = isinstance(node.op, ast.Div)
    right = one.factor if not divides else 1 / one.factor
    if _is_number(case, node.right, 1 / right):
        said = _said(case, _too_much(node, node.right))
        yield case.edit("constant_factor", said, one.line, one.spot, node.left)
    if _is_number(case, node.left, 1 / one.factor) and not divides:
        said = _said(case, _too_much(node, node.left))
        yield case.edit("constant_factor", said, one.line, one.spot, node.right)
    for new in _expressions(case, node.right, right, names):
        said = _said(case, swapped(node.right, new))
        yield case.edit("constant_factor", said, one.line, one.spot, binary(node.left, node.op, new))
    for new in _expressions(case, node.left, one.factor, names):
        said = _said(case, swapped(node.left, new))
        yield case.edit("constant_factor", said, one.line, one.spot, binary(new, node.op, node.right))


def _is_number(case: Case, node: ast.expr, wanted: float) -> bool:
    known = _number(case.value(node))
    return known is not None and math.isclose(known, wanted, rel_tol=1e-9)


def _too_much(node: ast.BinOp, factor: ast.expr) -> str:
    divides = isinstance(node.op, ast.Div)
    text = written(factor)
    return f"divided by {text}, which does not belong there" if divides else f"the factor {text} is too much"


def _expressions(case: Case, node: ast.expr, factor: float, names: Mapping[str, float]) -> Iterator[ast.expr]:
    """What may stand for a number so that it is `factor` times as large."""
    known = _number(case.value(node))
    if known is None:
        return
    wanted = known * factor
    if isinstance(node, ast.BinOp) and _is_number(case, node.left, wanted):
        yield node.left
    for step in (1, -1):
        if math.isclose(known + step, wanted, rel_tol=1e-9) and number(node) is None:
            yield binary(node, ast.Add() if step > 0 else ast.Sub(), ast.Constant(1))
    if number(node) is not None and float(8 * wanted).is_integer() and abs(wanted) < 100:
        yield literal(wanted)
    found = named(abs(wanted), names)
    if found is not None:
        text, divides = found
        new = binary(ast.Constant(1), ast.Div(), parsed(text)) if divides else parsed(text)
        yield new if wanted > 0 else ast.UnaryOp(ast.USub(), new)


def _times(case: Case, one: Probe, names: Mapping[str, float]) -> Iterator[Edit]:
    assert one.factor is not None
    found = named(abs(one.factor), names)
    if found is None:
        return
    text, divides = found
    plain = text[1:-1] if text.startswith("(") else text
    new = binary(one.spot.node, ast.Div() if divides else ast.Mult(), parsed(text))
    said = _said(case, f"not divided by {plain}" if divides else f"missing the factor {plain}")
    yield case.edit(
        "constant_factor", said, one.line, one.spot, new if one.factor > 0 else ast.UnaryOp(ast.USub(), new)
    )


def _afterwards(case: Case, ratio: float, names: Mapping[str, float]) -> Iterator[Edit]:
    """A line more that scales what the others built."""
    found = named(abs(ratio), names)
    own = next((line for line in case.lines if line.own), None)
    if found is None or own is None:
        return
    text, divides = found
    value = parsed(text) if ratio > 0 else ast.UnaryOp(ast.USub(), parsed(text))
    target = ast.Name(id=case.name, ctx=ast.Store())
    more = ast.AugAssign(target=target, op=ast.Mult() if divides else ast.Div(), value=value)
    yield case.edit("constant_factor", too_large(ratio, names), own, None, [own.node, more])


def scalings(case: Case) -> Iterator[Edit]:
    """A line that scales in place, left out or by another size."""
    names = scalar_names(case)
    for line in case.lines:
        node = line.node
        if not isinstance(node, ast.AugAssign) or not isinstance(node.op, ast.Mult | ast.Div):
            continue
        nothing = ast.copy_location(ast.Pass(), node)
        yield case.edit("constant_factor", "scaled where it is not to be", line, None, [nothing])
        spot = next(one for _, one in case.spots() if one.parent is node)
        for new in _others(spot.node, names):
            said = _said(case, swapped(spot.node, new))
            yield case.edit("constant_factor", said, line, spot, new)


def other_sizes(case: Case) -> Iterator[Edit]:
    """Any number or size exchanged for another: the last thing to try with them."""
    names = scalar_names(case)
    for line, spot in case.spots():
        if case.is_scalar(spot.node) and not spot.exponent and not isinstance(spot.parent, ast.Compare):
            for new in _others(spot.node, names):
                yield case.edit("constant_factor", swapped(spot.node, new), line, spot, new)


def _others(node: ast.expr, names: Mapping[str, float]) -> Iterator[ast.expr]:
    if number(node) is None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Add) and number(node.right) == 1:
            yield node.left
        yield binary(node, ast.Sub(), ast.Constant(1))
        yield binary(node, ast.Add(), ast.Constant(1))
        yield binary(ast.Constant(1), ast.Div(), node)
    for one in list(names)[:12]:
        if not (isinstance(node, ast.Name) and node.id == one):
            yield name(one)


def _inside_product(spot: Spot) -> bool:
    parent = spot.parent
    linear = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Div | ast.MatMult)
    return linear or isinstance(parent, ast.UnaryOp | ast.Compare)


def parsed(text: str) -> ast.expr:
    """The expression that a text is."""
    return ast.parse(text, mode="eval").body
