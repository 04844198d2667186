"""How large an entry of an error may be and still be rounding."""

from __future__ import annotations

import math

from torch import finfo

from ...tensors.comparison import least_rounding, most_rounding
from ...verdict import Verdict
from ..cursor import View
from ..scene import Scene
from ..wire.inspected import Tab
from .sources import Sources

_SILENT = (Verdict.EXACT, Verdict.CLOSE, Verdict.RIGHT)


def rounding(scene: Scene, view: View, found: Sources) -> float | None:
    """The largest error of the selected gradient that is called rounding: all of one that passes.

    None while autograd's gradient is looked through.
    """
    judgement, record = scene.judgement(view.selected, view.ran), scene.record
    if judgement is not None and judgement.verdict in _SILENT:
        return math.inf
    manual, autograd = found[Tab.MANUAL], found[Tab.AUTOGRAD]
    if record is None or isinstance(manual, str) or isinstance(autograd, str):
        return 0.0
    dtypes = [one.tensor.dtype for one in (manual, autograd) if one.tensor.is_floating_point()]
    coarse, largest = max(dtypes, key=lambda dtype: finfo(dtype).eps), record.references.largest
    seen = scene.summaries.look(autograd.tensor)
    scale = max(abs(seen.summary.low or 0.0), abs(seen.summary.high or 0.0))
    below_wrong_line = judgement is not None and judgement.end_to_end is Verdict.CLOSE
    most = (least_rounding if below_wrong_line else most_rounding)(scale, coarse, largest)
    return None if seen.under_way else most
