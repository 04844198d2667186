"""In how many digits each tab of the inspector is written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from ..cursor import View
from ..scene import Scene
from ..summaries.entries import Entries
from ..wire.digits import Scale, scale_for
from ..wire.inspected import Tab
from .health import moments_of
from .sources import Sources

_PAIR = (Tab.MANUAL, Tab.AUTOGRAD)
_NEAR = 64, 128
"""Rows and columns around the window that are looked at where the tensor is not looked through by now."""


class _Reach(NamedTuple):
    """The largest finite size, and whether an entry is negative, or not finite."""

    magnitude: float
    negative: bool = True
    finite: bool = True
    integer: bool = False


def scales(scene: Scene, view: View, found: Sources) -> dict[Tab, Scale]:
    """By tab that has entries; manual and autograd share one, so that they compare."""
    reach = {tab: _reach(scene, view, one) for tab, one in found.items() if isinstance(one, Entries)}
    both = _joint(reach[tab] for tab in _PAIR if tab in reach)
    return {tab: _scale(both if tab in _PAIR else one) for tab, one in reach.items()}


def _scale(reach: _Reach) -> Scale:
    return scale_for(reach.magnitude, integer=reach.integer, negative=reach.negative, finite=reach.finite)


def _joint(reaches: Iterable[_Reach]) -> _Reach:
    magnitude, negative, finite, integer = 0.0, False, True, True
    for one in reaches:
        magnitude = max(magnitude, one.magnitude)
        negative, finite, integer = negative or one.negative, finite and one.finite, integer and one.integer
    return _Reach(magnitude, negative, finite, integer)


def _reach(scene: Scene, view: View, entries: Entries) -> _Reach:
    if entries.minus is not None:
        known = moments_of(scene, entries)
        return _near(view, entries) if known is None else _Reach(known.magnitude, finite=not known.not_finite)
    summary = scene.summaries.look(entries.tensor).summary
    integer = not entries.tensor.is_floating_point()
    if summary.low is None or summary.high is None:
        return _Reach(0.0, finite=False) if summary.not_finite else _near(view, entries)
    size = max(abs(summary.low), abs(summary.high))
    return _Reach(size, summary.low < 0 or not integer, not summary.not_finite, integer)


def _near(view: View, entries: Entries) -> _Reach:
    """What the entries around the window tell."""
    look = view.look
    matrix = entries.matrix(look.slice)
    height, width = matrix.shape
    rows, columns = _NEAR if height > 1 else (1, _NEAR[0] * _NEAR[1])
    top = max(min(look.top, look.entry[0]) if look.entry[0] < look.top + rows else look.entry[0], 0)
    left = max(min(look.left, look.entry[1]) if look.entry[1] < look.left + columns else look.entry[1], 0)
    top, left = max(min(top, height - rows), 0), max(min(left, width - columns), 0)
    near = matrix[top : top + rows, left : left + columns]
    size = float(near.numbers().abs().nan_to_num(0.0, 0.0, 0.0).max())
    return _Reach(size if math.isfinite(size) else 0.0, finite=False)
