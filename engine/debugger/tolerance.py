"""How large an entry of an error may be and still be rounding."""

from __future__ import annotations

import math

from torch import Tensor, finfo

from ..tensors.comparison import least_rounding, most_rounding
from ..verdict import Verdict
from .cursor import View
from .entries import Entries
from .scene import Scene

_SILENT = (Verdict.EXACT, Verdict.CLOSE, Verdict.RIGHT)


def rounding(scene: Scene, view: View, entries: Entries) -> float:
    """The largest error of the selected gradient that is called rounding: all of one that passes."""
    judgement, record = scene.judgement(view.selected, view.ran), scene.record
    if judgement is not None and judgement.verdict in _SILENT:
        return math.inf
    if record is None or not isinstance(entries.minus, Tensor):
        return 0.0
    dtypes = [t.dtype for t in (entries.tensor, entries.minus) if t.is_floating_point()]
    coarse, size = max(dtypes, key=lambda dtype: finfo(dtype).eps), record.references.largest
    summary = scene.summaries.look(entries.minus).summary
    scale = max(abs(summary.low or 0.0), abs(summary.high or 0.0))
    below_wrong_line = judgement is not None and judgement.end_to_end is Verdict.CLOSE
    return (least_rounding if below_wrong_line else most_rounding)(scale, coarse, size)
