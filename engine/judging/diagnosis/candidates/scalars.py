"""A constant factor: found by its number, named in the program's own words."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ....program.names import called
from ....rules.trees import name
from ..case import Case
from ..edit import Edit, Line, Spot, literal, number, receiver
from ..named_numbers import Factor, named, named_ratio, scalar_names, too_large
from ..numbers import number_of
from ..probes import Probe
from ..probes import probe as probe_of
from ..wording import binary, swapped, written
from .factors import for_divisor, times_for_over
from .terms import extra_terms


def measured_constants(case: Case) -> Iterator[Edit]:
    """Numbers and sizes exchanged, taken out or put in, where a part is a constant factor off."""
    names = scalar_names(case)
    if case.ratio == 2.0:
        for edit in extra_terms(case):
            yield replace(edit, kind="counted_twice", words="the same is counted twice")
    measured = [probe for probe in case.probes if probe.factor not in (None, 0.0, 1.0, -1.0)]
    for probe in measured:
        yield from _in_place(case, probe, names)
    for probe in measured:
        if not _inside_product(probe.spot):
            yield from _times(case, probe, names)
    if case.ratio is not None and abs(case.ratio) != 1:
        yield from _afterwards(case, case.ratio, names)


def mean_factors(case: Case) -> Iterator[Edit]:
    """A constant that is as many as a mean averages, or a sum adds up, in the forward."""
    if case.ratio is None or abs(case.ratio) == 1:
        return
    over = case.ratio > 1
    which, other = ("mean", "sum") if over else ("sum", "mean")
    count = case.ratio if over else 1 / case.ratio
    for user in case.near:
        if case.tensor in user.reads and _takes(case, user.node, which, count):
            words = f"the gradient of the {other} is written where line {user.line} takes the {which}"
            for edit in measured_constants(case):
                yield replace(edit, kind="mean_for_sum", words=words)


def _takes(case: Case, node: ast.stmt, which: str, count: float) -> bool:
    """Whether a forward line sums or averages so many entries of the tensor, and scales nothing."""
    shape = tuple(case.trial.expected.shape)
    for call in ast.walk(node):
        if isinstance(call, ast.BinOp) and isinstance(call.op, ast.Div) and which == "sum":
            return False
        if isinstance(call, ast.Call) and called(call) == which:
            whole = not (call.args if receiver(call) else call.args[1:]) and not call.keywords
            counts = (math.prod(shape),) if whole else shape
            if any(math.isclose(count, known, rel_tol=1e-9) for known in counts):
                return True
    return False


def unnamed_constants(case: Case) -> Iterator[Edit]:
    """The same with numbers that have no name in the program."""
    measured = [probe for probe in case.probes if probe.factor not in (None, 0.0, 1.0, -1.0)]
    for probe in measured if case.trial.expected.numel() > 1 else ():
        node, factor = probe.spot.node, probe.factor
        assert factor is not None
        known = number_of(case.value(node))
        if known is not None and case.is_scalar(node):
            new = literal(_plainly(known * factor))
            yield Edit("constant_factor", _off(case, swapped(node, new)), probe.line, probe.spot, new)
        over = round(1 / factor)
        if abs(over) > 1 and math.isclose(1 / factor, over, rel_tol=1e-9):
            new, said = binary(node, ast.Div(), literal(over)), _off(case, f"not divided by {over}")
        else:
            new = binary(node, ast.Mult(), literal(factor))
            said = _off(case, f"{written(node)} is to be {factor:.4g} times as large")
        yield Edit("constant_factor", said, probe.line, probe.spot, new)


def _plainly(number: float) -> float:
    """A number as it would be written, where rounding has changed its last digits."""
    whole = round(number)
    return float(whole if math.isclose(number, whole, rel_tol=1e-7) else f"{number:.9g}")


def _off(case: Case, otherwise: str | Callable[[], str]) -> Callable[[], str]:
    """How far off the whole value is, where it is a constant."""
    return _said(case, otherwise if case.ratio is None else lambda: too_large(case))


def _said(case: Case, otherwise: str | Callable[[], str]) -> Callable[[], str]:
    """How far off the whole value is, or what is to be said where that has no name."""

    def say() -> str:
        if named_ratio(case) is not None:
            return too_large(case)
        return otherwise if isinstance(otherwise, str) else otherwise()

    return say


def _in_place(case: Case, probe: Probe, names: Mapping[str, float]) -> Iterator[Edit]:
    node, factor = probe.spot.node, probe.factor
    assert factor is not None
    if case.is_scalar(node) and number_of(case.value(node)) is not None:
        for new in _expressions(case, node, factor, names):
            yield Edit("constant_factor", _said(case, swapped(node, new)), probe.line, probe.spot, new)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield from _in_product(case, probe, node, names)


def _in_product(case: Case, probe: Probe, node: ast.BinOp, names: Mapping[str, float]) -> Iterator[Edit]:
    assert probe.factor is not None
    divides = isinstance(node.op, ast.Div)
    right = probe.factor if not divides else 1 / probe.factor
    known = number_of(case.value(node.right))
    if known and number(node.right) is None and math.isclose(right * known, 1 / known, rel_tol=1e-9):
        said = times_for_over(node) if divides else for_divisor(node)
        other = binary(node.left, ast.Mult() if divides else ast.Div(), node.right)
        yield Edit("constant_factor", said, probe.line, probe.spot, other)
    if _is_number(case, node.right, 1 / right):
        said = _said(case, _too_much(node, node.right))
        yield Edit("constant_factor", said, probe.line, probe.spot, node.left)
    if _is_number(case, node.left, 1 / probe.factor) and not divides:
        said = _said(case, _too_much(node, node.left))
        yield Edit("constant_factor", said, probe.line, probe.spot, node.right)
    for new in _expressions(case, node.right, right, names):
        said = _said(case, swapped(node.right, new))
        yield Edit("constant_factor", said, probe.line, probe.spot, binary(node.left, node.op, new))
    for new in _expressions(case, node.left, probe.factor, names):
        said = _said(case, swapped(node.left, new))
        yield Edit("constant_factor", said, probe.line, probe.spot, binary(new, node.op, node.right))


def _is_number(case: Case, node: ast.expr, wanted: float) -> bool:
    known = number_of(case.value(node))
    return known is not None and math.isclose(known, wanted, rel_tol=1e-9)


def _too_much(node: ast.BinOp, factor: ast.expr) -> str:
    divides = isinstance(node.op, ast.Div)
    text = written(factor)
    return f"divided by {text}, which does not belong there" if divides else f"the factor {text} is too much"


def _expressions(case: Case, node: ast.expr, factor: float, names: Mapping[str, float]) -> Iterator[ast.expr]:
    """What may stand for a number so that it is `factor` times as large."""
    known = number_of(case.value(node))
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
    for times in named(abs(wanted), names):
        new = binary(ast.Constant(1), ast.Div(), times.tree) if times.divides else times.tree
        yield new if wanted > 0 else ast.UnaryOp(ast.USub(), new)


def _times(case: Case, probe: Probe, names: Mapping[str, float]) -> Iterator[Edit]:
    assert probe.factor is not None
    for times in named(abs(probe.factor), names):
        new = binary(probe.spot.node, ast.Div() if times.divides else ast.Mult(), times.tree)
        said = _said(case, _lacking(times))
        signed = new if probe.factor > 0 else ast.UnaryOp(ast.USub(), new)
        yield Edit("constant_factor", said, probe.line, probe.spot, signed)


def _lacking(times: Factor) -> str:
    """What a part lacks; a number that has no name is rather too much than not divided by."""
    if not times.divides:
        return f"missing the factor {times.words}"
    plain = isinstance(times.tree, ast.Constant)
    return f"the factor {times.words} is too much" if plain else f"not divided by {times.words}"


def _afterwards(case: Case, ratio: float, names: Mapping[str, float]) -> Iterator[Edit]:
    """A line more that scales what the others built."""
    own = next((line for line in case.trial.lines if line.own), None)
    if own is None:
        return
    for times in named(abs(ratio), names):
        value = times.tree if ratio > 0 else ast.UnaryOp(ast.USub(), times.tree)
        target = ast.Name(id=case.name, ctx=ast.Store())
        more = ast.AugAssign(target=target, op=ast.Mult() if times.divides else ast.Div(), value=value)
        yield Edit("constant_factor", lambda: too_large(case), own, None, [own.node, more])


def scalings(case: Case) -> Iterator[Edit]:
    """A line that scales in place, left out or by another size."""
    names = scalar_names(case)
    for line in case.trial.lines:
        node = line.node
        if not isinstance(node, ast.AugAssign) or not isinstance(node.op, ast.Mult | ast.Div):
            continue
        nothing = ast.copy_location(ast.Pass(), node)
        yield Edit("constant_factor", "scaled where it is not to be", line, None, [nothing])
        spot = next(spot for _, spot in case.spots if spot.parent is node)
        yield _the_other_way(line, node)
        for new in (*_scaled_otherwise(case, line, spot, names), *_others(spot.node, names)):
            said = _said(case, swapped(spot.node, new))
            yield Edit("constant_factor", said, line, spot, new)


def _the_other_way(line: Line, node: ast.AugAssign) -> Edit:
    """`/=` for `*=`, `*=` for `/=`."""
    divides = isinstance(node.op, ast.Div)
    operator: ast.operator = ast.Mult() if divides else ast.Div()
    new = ast.copy_location(ast.AugAssign(target=node.target, op=operator, value=node.value), node)
    was, other = ("divided by", "multiplied") if divides else ("multiplied by", "divided")
    words = f"{was} {written(node.value)} where it is to be {other}"
    return Edit("factor_extra", words, line, None, [new])


def _scaled_otherwise(case: Case, line: Line, spot: Spot, names: Mapping[str, float]) -> Iterator[ast.expr]:
    """What a line is to scale by instead, where one number makes all right."""
    divides = isinstance(getattr(line.node, "op", None), ast.Div)
    measured = probe_of(case.trial, line, spot, divides=divides) if case.is_scalar(spot.node) else None
    if measured is None or measured.factor in (None, 0.0):
        return
    factor = 1 / measured.factor if divides else measured.factor
    yield from _expressions(case, spot.node, factor, names)
    known = number_of(case.value(spot.node))
    if known is not None and number(spot.node) is not None:
        yield literal(_plainly(known * factor))


def other_sizes(case: Case) -> Iterator[Edit]:
    """Any number or size exchanged for another: the last thing to try with them."""
    names = scalar_names(case)
    for line, spot in case.spots:
        if case.is_scalar(spot.node) and not spot.exponent and not isinstance(spot.parent, ast.Compare):
            for new in _others(spot.node, names):
                yield Edit("constant_factor", swapped(spot.node, new), line, spot, new)


def _others(node: ast.expr, names: Mapping[str, float]) -> Iterator[ast.expr]:
    if number(node) is None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Add) and number(node.right) == 1:
            yield node.left
        yield binary(node, ast.Sub(), ast.Constant(1))
        yield binary(node, ast.Add(), ast.Constant(1))
        yield binary(ast.Constant(1), ast.Div(), node)
    for other in list(names)[:12]:
        if other.isidentifier() and not (isinstance(node, ast.Name) and node.id == other):
            yield name(other)


def _inside_product(spot: Spot) -> bool:
    parent = spot.parent
    linear = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Div | ast.MatMult)
    return linear or isinstance(parent, ast.UnaryOp | ast.Compare)
