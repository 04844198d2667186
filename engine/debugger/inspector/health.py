"""The statistics of what is in view, and what they say that ought not to be."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from torch.linalg import vector_norm

from ...execution.recording.steps import MISSING
from ...program.torch_operations import out_of_place
from ...tensors.inert import is_tensor
from ...tensors.kinds import Unreadable
from ..cursor import View
from ..scene import Scene
from ..summaries.entries import Entries
from ..summaries.surveys import SMALL
from ..wire.inspected import Statistics, Tab
from .passes import Moments, bins, idle, moments, statistics
from .sources import Sources
from .tolerance import rounding

_RATIOS = 1e-5, 1e-2
"""Updates between these, in proportion to their parameter, are usual; 1e-3 is the rule of thumb."""
_SATURATED = {
    "tanh": (-0.99, 0.99),
    "sigmoid": (0.01, 0.99),
    "softmax": (0.01, 0.99),
    "relu": (0.0, math.inf),
}
"""At or below the first, at or above the second, an output passes next to no gradient on."""
_WORDS = {
    "relu": "{} of {} units are dead: zero in every row",
    "softmax": "{} of {} rows are saturated: one entry has all",
}


def moments_of(scene: Scene, entries: Entries) -> Moments | None:
    """The moments of entries, once they are known."""
    count = entries.once().count
    return scene.surveys.ask(("moments", entries.key), entries, count, lambda: moments(entries), None)


def statistics_of(scene: Scene, view: View, found: Sources) -> tuple[Tab, Statistics] | None:
    """Those of the chosen tab, once they are known."""
    entries = found[view.tab]
    known = moments_of(scene, entries) if isinstance(entries, Entries) else None
    within = rounding(scene, view, found) if view.tab is Tab.ERROR else math.inf
    if known is None or within is None or not isinstance(entries, Entries):
        return None
    one, count = known, entries.once().count
    key = ("bins", entries.key, within)
    shares = scene.surveys.ask(key, entries, count, lambda: bins(entries, one, within), None)
    return None if shares is None else (view.tab, statistics(entries, known, *shares))


def warnings(
    scene: Scene,
    view: View,
    found: Sources,
    known: tuple[Tab, Statistics] | None,
    ratio: float | None,
) -> tuple[str, ...]:
    """In words: what is not finite, units that pass no gradient on, updates too large or too small."""
    told = [_not_finite(known[1])] if known is not None and view.tab is not Tab.ERROR else []
    value = found[Tab.VALUE]
    if view.tab is Tab.VALUE and isinstance(value, Entries):
        told += [*_saturated(scene, view, value), *_ratio(ratio)]
    return tuple(filter(None, told))


def _not_finite(known: Statistics) -> str:
    return f"{known.not_finite} of {known.total} entries are not finite" if known.not_finite else ""


def _saturated(scene: Scene, view: View, value: Entries) -> Iterator[str]:
    """Of an activation with a column for each unit: how many let next to nothing through in any row."""
    made = _made_with(scene, view.selected)
    bounds = _SATURATED.get(made)
    if bounds is None or len(value.shape) < 2 or math.prod(value.shape[:-1]) < 2:
        return
    key, rows = ("idle", value.key, made), made == "softmax"
    count = value.once().count
    found = scene.surveys.ask(key, value, count, lambda: idle(value, *bounds, rows=rows), None)
    if found:
        total = value.count // value.shape[-1] if rows else value.shape[-1]
        yield _WORDS.get(made, "{} of {} units are saturated in every row").format(found, total)


def _made_with(scene: Scene, name: str) -> str:
    """The operation whose result the tensor is: `tanh`; nothing where it is none."""
    section = scene.session.program.section("forward")
    makers = [s for s in (section.statements if section else ()) if name in s.binds]
    node = makers[-1].node if makers else None
    call = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if not isinstance(call, ast.Call):
        return ""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return out_of_place(name)


def _ratio(ratio: float | None) -> Iterator[str]:
    """Of a parameter: how large its last update was in proportion to it."""
    if ratio is not None and not _RATIOS[0] <= ratio <= _RATIOS[1]:
        yield f"the update is {ratio:.1g} of the parameter; about 1e-3 is usual"


def update_ratio(scene: Scene, view: View) -> float | None:
    """The norm of a parameter's update over its own; None where there was none, or it is not known yet."""
    record = scene.record
    if record is None or view.selected not in scene.session.parameters:
        return None
    before, after = record.value_at(view.selected, 0), scene.value(view.selected, view.ran)
    if before is MISSING or before is after or not (is_tensor(before) and is_tensor(after)):
        return None
    old, new = scene.summaries.look(before).numbers, scene.summaries.look(after).numbers
    if isinstance(old, Unreadable) or isinstance(new, Unreadable) or old.shape != new.shape:
        return None
    if old.is_complex() or new.is_complex() or not old.numel():
        return None
    moved, size = _norm(scene, Entries(new, old)), _norm(scene, Entries(old))
    return None if moved is None or not size else moved / size


def _norm(scene: Scene, entries: Entries) -> float | None:
    if entries.count <= SMALL and math.isfinite(norm := float(vector_norm(entries.numbers()))):
        return norm
    known = moments_of(scene, entries)
    return None if known is None else statistics(entries, known, (), 0).norm
