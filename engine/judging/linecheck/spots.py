"""Places where gradients flow, in the order in which they are thought of, and in the words of the forward."""

from __future__ import annotations

from collections.abc import Sequence

from ...execution.replay.noted_forward import Expression
from .flows import Flows
from .helper_places import Spot


def latest_first(spot: Spot) -> tuple[bool, bool, bool, int, int]:
    """What arrives somewhere before what flows on, in the order of a backward.

    What has no words comes last, and multiples after all.
    """
    return spot.times != 1.0, spot.edge is not None, spot.inner > 0, -spot.expression, spot.inner


def words_of(flows: Flows, expressions: Sequence[Expression], spot: Spot) -> str:
    """The expression whose gradient flows there; what flows on is that of an operand, through it."""
    through = _text(flows, expressions, spot)
    if spot.edge is None:
        return through
    target = flows.targets[spot.once][0].spot
    operand = _text(flows, expressions, target)
    return through if operand == through and target.expression >= 0 else f"{operand} through {through}"


def _text(flows: Flows, expressions: Sequence[Expression], spot: Spot) -> str:
    if spot.expression < 0:
        return flows.leaves[-1 - spot.expression]
    return expressions[spot.expression].text
