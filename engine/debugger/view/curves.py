"""The curves that are asked for, from what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..cursor import View
from ..histories.series import bucket_of, columns_of
from ..scene import Scene
from ..wire.curve import Columns, Curves, Measure, Measured, spans

_ONE_BY_ONE = 1 << 17
"""Losses that are looked through one by one; of more, what they were drawn down to."""
OF_TENSORS = (Measure.NORM, Measure.RATIO, Measure.MAXDIFF)


def curves_of(scene: Scene, view: View) -> Curves | None:
    """None where none are asked for."""
    asked = view.curves
    if not asked.columns:
        return None
    total = _complete(scene, view)
    stop = total if asked.stop is None else min(asked.stop, total)
    start = max(min(asked.start, stop - 1), 0)
    losses = Measured(Measure.LOSS, "", _losses(scene, start, stop, asked.columns))
    others = [*_of_tensors(scene, view.measured, start, stop, asked.columns)]
    return Curves(start, stop, total, view.selected, (losses, *others))


def _of_tensors(scene: Scene, names: Sequence[str], start: int, stop: int, count: int) -> Iterator[Measured]:
    for name in names:
        for measure in OF_TENSORS:
            columns = scene.measures.columns(name, measure, start, stop, count)
            if columns is not None:
                yield Measured(measure, name, columns)


def _complete(scene: Scene, view: View) -> int:
    """How many iterations there is something to show of: what has not happened yet is not shown."""
    record, number = scene.record, scene.session.number
    unfinished = record is not None and record.number < number and view.ran < len(record.steps)
    return number - unfinished


def _losses(scene: Scene, start: int, stop: int, count: int) -> Columns:
    """The losses, each exact where there are not too many; the newest are exact always."""
    losses, parts = scene.session.history.losses, spans(start, stop, count)
    if not scene.session.program.computes_loss:
        return Columns((None,) * len(parts))
    if stop - start <= _ONE_BY_ONE:
        return columns_of([bucket_of(losses[low:high]) for low, high in parts])
    series = scene.losses.series
    drawn = [series.bucket(low, high) for low, high in parts[:-1]]
    return columns_of([*drawn, bucket_of(losses[parts[-1][0] : stop])])
