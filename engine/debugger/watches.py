"""Watches: expressions evaluated at the place of the cursor, with what changed since they were seen last."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import torch
from torch import Tensor

from ..execution.cancel import Cancelled
from ..execution.expression import ExpressionError, compiled
from ..execution.iteration import Iteration
from ..execution.recording.steps import Slot
from ..execution.replay.aside import Moment, evaluated
from ..execution.session import Session
from ..tensors.inert import is_tensor, number_of
from .summaries.surveys import Surveys
from .summaries.tensor_summary import Summaries
from .wire.frame import Summary, Watched

_STOPPED = "stopped, and not evaluated again until it is set anew"


class Watches:
    """What is watched, what it came to, and of which moment that is."""

    def __init__(self) -> None:
        self.texts: tuple[str, ...] = ()
        self.shown: tuple[Watched, ...] = ()
        self._values: dict[str, Any] = {}
        self._stopped: set[str] = set()
        self._moment: tuple[Iteration | None, int] | None = None

    def set(self, texts: tuple[str, ...]) -> None:
        """Watch these; what is known of those among them that were watched before stays."""
        self.texts = tuple(dict.fromkeys(texts))
        known = {watched.text: watched for watched in self.shown}
        self.shown = tuple(known.get(text, Watched(text)) for text in self.texts)
        self._moment = None
        self._stopped.clear()

    def due(self, record: Iteration | None, ran: int) -> bool:
        """Whether what is shown is of another moment than this."""
        return bool(self.texts) and self._moment != (record, ran)

    def look(self, session: Session, record: Iteration | None, ran: int) -> None:
        """Evaluate all of them at this moment. One that is stopped stays so."""
        try:
            moment = moment_of(record, ran)
            seen = {text: self._look(text, session, moment) for text in self.texts}
            self.shown = tuple(watched for watched, _ in seen.values())
            self._values = {text: value for text, (_, value) in seen.items()}
        finally:
            self._moment = record, ran

    def _look(self, text: str, session: Session, moment: Moment) -> tuple[Watched, Any]:
        if text in self._stopped:
            return Watched(text, problem=_STOPPED), None
        try:
            value: Any = evaluated(session, moment, compiled(text))
        except ExpressionError as error:
            return Watched(text, problem=str(error)), None
        except Cancelled:
            self._stopped.add(text)
            return Watched(text, problem=_STOPPED), None
        # what it is summed up by would change with it
        value = value.detach() if is_tensor(value) else value
        change, changed = _change(self._values.get(text), value)
        return Watched(text, _summary(value), change, changed), value


def _summary(value: Any) -> Summary | None:
    """A value in one glance; a number in as many digits as a tensor's."""
    number = number_of(value)
    if isinstance(number, float) and math.isfinite(number):
        return Summary(None, "float", number, number)
    return Summaries(Surveys(math.inf)).of(value)


def moment_of(record: Iteration | None, ran: int) -> Mapping[str, Slot | None]:
    """What the names of a record were bound to after `ran` steps; of others that they were not yet."""
    if record is None:
        return {}
    moment: dict[str, Slot | None] = {}
    for name, writes in record.history.items():
        at = bisect_left(writes, ran, key=itemgetter(0))
        moment[name] = writes[at - 1][1] if at else None
    return moment


def _change(before: Any, now: Any) -> tuple[float | None, bool]:
    """How far a value has moved, and whether it has: of tensors of one shape the entry that moved most."""
    if before is None:
        return None, False
    old, new = number_of(before), number_of(now)
    if isinstance(old, int | float) and isinstance(new, int | float):
        return _difference(old, new), not (old == new or (math.isnan(old) and math.isnan(new)))
    if is_tensor(before) and is_tensor(now) and _comparable(before, now):
        return _moved(before, now)
    return None, False


def _difference(old: float, new: float) -> float | None:
    try:
        return float(new - old)
    except OverflowError:
        return None


def _comparable(before: Tensor, now: Tensor) -> bool:
    plain = before.layout is torch.strided and now.layout is torch.strided
    return plain and before.shape == now.shape and before.device == now.device and now.numel() > 0


def _moved(before: Tensor, now: Tensor) -> tuple[float | None, bool]:
    if before.is_complex() or now.is_complex():
        return None, not torch.equal(before, now)
    with torch.no_grad():
        by = now.double() - before.double()
        same = (before == now) | (before.isnan() & now.isnan())
        most = by.flatten()[by.masked_fill(same, 0).abs().argmax()]
    return float(most), not bool(same.all())
