"""A value in one glance."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from msgspec.structs import replace
from torch import Tensor

from ...execution.recording.steps import MISSING
from ...tensors.aliasing import once
from ...tensors.inert import is_tensor, name_of_type
from ...tensors.kinds import Unreadable, as_numbers, kind_of, shape_of, too_wide, unreadable
from ...tensors.survey import Survey
from ..wire.frame import Summary
from .entries import Entries
from .surveys import SMALL, Surveys
from .value_words import words_of

FEW = 64
"""Up to so many entries, plain Python is quicker than torch's kernels."""


class Seen(NamedTuple):
    """What was found out about a tensor, which is held so that no other takes its number."""

    tensor: Tensor
    numbers: Tensor | Unreadable
    summary: Summary
    under_way: bool = False
    """Whether it is still looked through."""


class Summaries:
    """Summaries of values between two iterations.

    A recorded tensor changes only while an iteration runs, so each is looked through once in between.
    """

    def __init__(self, surveys: Surveys) -> None:
        """`surveys` look through what is large."""
        self.surveys = surveys
        self._seen: dict[int, Seen] = {}
        """By the tensor's identity."""

    def of(self, value: Any) -> Summary | None:
        """The summary of any value; None for a name that is not bound."""
        if value is MISSING:
            return None
        if is_tensor(value):
            return self.look(value).summary
        return Summary(None, name_of_type(value), text=words_of(value))

    def look(self, tensor: Tensor) -> Seen:
        """What there is to know of a tensor by now."""
        seen = self._seen.get(id(tensor))
        if seen is None:
            numbers = unreadable(tensor) or too_wide(tensor) or as_numbers(tensor)
            seen = self._seen[id(tensor)] = _first_look(tensor, numbers)
            if not isinstance(numbers, Unreadable):
                self._seen[id(numbers)] = seen._replace(tensor=numbers)
        if seen.under_way and isinstance(seen.numbers, Tensor):
            seen = self._seen[id(tensor)] = self._further(seen, seen.numbers)
        return seen

    def _further(self, seen: Seen, numbers: Tensor) -> Seen:
        """What is known of a large tensor, once it has been looked through."""
        count = once(numbers).numel()
        found = self.surveys.ask(("span", id(numbers)), numbers, count, lambda: _spanning(numbers), None)
        if found is None:
            return seen
        low, high, not_finite = found
        summary = replace(seen.summary, low=low, high=high, not_finite=not_finite, text="")
        return seen._replace(summary=summary, under_way=False)


def _first_look(tensor: Tensor, numbers: Tensor | Unreadable) -> Seen:
    if isinstance(numbers, Unreadable) or numbers.is_complex() or once(numbers).numel() <= SMALL:
        return Seen(tensor, numbers, _summary(tensor, numbers))
    return Seen(tensor, numbers, Summary(shape_of(tensor), kind_of(tensor), text="…"), under_way=True)


def _summary(tensor: Tensor, numbers: Tensor | Unreadable) -> Summary:
    shape, kind = shape_of(tensor), kind_of(tensor)
    if isinstance(numbers, Unreadable):
        return Summary(shape, kind, text=numbers.word)
    if numbers.numel() == 0 or numbers.is_complex():
        return Summary(shape, kind, text="…" if numbers.numel() else "empty")
    low, high, not_finite = span(numbers)
    text = str(numbers.item()) if not_finite and numbers.numel() == 1 else ""
    return Summary(shape, kind, low, high, not_finite, text)


Span = tuple[float | None, float | None, int]


def _spanning(numbers: Tensor) -> Survey[Span | None]:
    """`span` in pieces."""
    entries = Entries(numbers).once()
    spans: list[Span] = []
    for begin, piece in entries.pieces():
        spans.append(span(piece))
        yield begin / entries.count
    lows = [low for low, _, _ in spans if low is not None]
    highs = [high for _, high, _ in spans if high is not None]
    missing = sum(one[2] for one in spans) * (numbers.numel() // entries.count)
    return min(lows, default=None), max(highs, default=None), missing


def span(whole: Tensor) -> Span:
    """The least and the greatest finite entry, and how many entries are not finite; of no graph."""
    tensor = once(whole)
    if tensor.numel() <= FEW:
        return _span_of_few(tensor.reshape(-1).tolist())
    plain = tensor.to(torch.uint8) if tensor.dtype == torch.bool else tensor
    low, high = (float(end) for end in torch.aminmax(plain))
    if math.isfinite(low) and math.isfinite(high):
        return low, high, 0
    finite = plain[plain.isfinite()]
    missing = (plain.numel() - finite.numel()) * (whole.numel() // plain.numel())
    if finite.numel() == 0:
        return None, None, missing
    low, high = (float(end) for end in torch.aminmax(finite))
    return low, high, missing


def _span_of_few(numbers: list[float]) -> Span:
    if numbers and math.isfinite(sum(numbers)):
        return float(min(numbers)), float(max(numbers)), 0
    finite = [number for number in numbers if math.isfinite(number)]
    if not finite:
        return None, None, len(numbers)
    return float(min(finite)), float(max(finite)), len(numbers) - len(finite)
