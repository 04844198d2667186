"""Places where gradients flow, in the order in which they are thought of, and in the words of the forward."""

from __future__ import annotations

from collections.abc import Sequence

from ....execution.replay.noted_forward import Expression
from ..lines.helper_places import Spot
from .flows import Flows


def latest_first(spot: Spot) -> tuple[bool, bool, bool, int, int]:
    """What arrives somewhere before what flows on, in the order of a backward.

    What has no words comes last, and multiples after all.
    """
    on = spot.edge is not None or bool(spot.uses)
    return spot.times != 1.0, on, spot.inner > 0, -spot.expression, spot.inner


def words_of(flows: Flows, expressions: Sequence[Expression], spot: Spot) -> str:
    """The expression whose gradient flows there; what flows on is that of an operand, through it."""
    through = _text(flows, expressions, spot)
    if spot.uses:
        some = dict.fromkeys(_text(flows, expressions, use) for use in spot.uses)
        return f"{through} through {' and '.join(some)}"
    if spot.rows is not None:
        return f"each {_part(flows, spot)} of {through}"
    if spot.inner:
        return f"a step inside {through}"
    if spot.edge is None:
        return through
    target = flows.targets[spot.whole][0].spot
    operand = _text(flows, expressions, target)
    return through if operand == through and target.expression >= 0 else f"{operand} through {through}"


def _text(flows: Flows, expressions: Sequence[Expression], spot: Spot) -> str:
    if spot.expression < 0:
        return flows.leaves[-1 - spot.expression]
    return expressions[spot.expression].text


def _part(flows: Flows, spot: Spot) -> str:
    """What a loop takes of a tensor in a pass."""
    assert spot.rows is not None
    dimensions = flows.gradients[spot.whole][0].dim() - spot.rows.nested
    if spot.rows.size > 1 or spot.rows.dim or dimensions > 2:
        return "part"
    return "entry" if dimensions == 1 else "row"
