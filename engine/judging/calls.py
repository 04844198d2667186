"""Gradients of a function's lines told once for all its calls that are stepped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeVar

from ..program.frame import Frame, in_words, is_inside, ordinal, own_name, suffix_of, told
from ..program.program import Program
from ..program.statements import Statement
from ..verdict import Verdict
from .judgement import Judgement
from .report import GradientReport

_GRAVEST = (Verdict.INHERITED, Verdict.NOT_FINITE, Verdict.WRONG, Verdict.NOT_CHECKED, Verdict.CLOSE)
"""Which of several calls is told of, where none is accused."""


def told_once(reports: Sequence[GradientReport], program: Program) -> list[GradientReport]:
    """The reports, those of one line of a function in one, and in the words of the text."""
    frames = {s.frame.suffix: s.frame for s in program.statements if s.frame is not None}
    if not frames:
        return [*reports]
    words = _words_of(frames, program)
    groups = words.groups(reports)
    names = {one.name: words.name_of(group) for group in groups for one in group}
    return [words.told(group, names) for group in groups]


def _words_of(frames: Mapping[str, Frame], program: Program) -> _Words:
    handed = frozenset(name for frame in frames.values() for name in frame.given)
    return _Words(frames, _returned(program.statements), _held(program.statements), handed)


def counted_once(judgements: Mapping[str, Judgement], program: Program) -> list[tuple[str, ...]]:
    """The names of gradients, those together that `told_once` tells in one."""
    if not any(map(is_inside, judgements)):
        return [(name,) for name in judgements]
    frames = {s.frame.suffix: s.frame for s in program.statements if s.frame is not None}
    words = _words_of(frames, program)
    lines = {name: () if one.line is None else one.line.lines for name, one in judgements.items()}
    placed = [
        _Judged(name, one.verdict, lines[name], accused_lines_of(one)) for name, one in judgements.items()
    ]
    return [tuple(one.name for one in group) for group in words.groups(placed)]


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """What is told of several calls of a line."""
    order = {verdict: place for place, verdict in enumerate(_GRAVEST)}
    return min(verdicts, key=lambda one: (not one.accuses, one.passes, order.get(one, len(order))))


def accused_lines_of(judgement: Judgement) -> tuple[int, ...]:
    diagnosis = judgement.diagnosis
    if judgement.edited_elsewhere is not None and diagnosis is not None and diagnosis.blames:
        return (judgement.edited_elsewhere,)
    return judgement.line.accused_lines if judgement.line is not None else ()


class _Placed(Protocol):
    """A gradient, and the lines that build it."""

    @property
    def name(self) -> str: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def lines(self) -> tuple[int, ...]: ...
    @property
    def accused_lines(self) -> tuple[int, ...]: ...


class _Judged(NamedTuple):
    """Of a gradient that is only counted."""

    name: str
    verdict: Verdict
    lines: tuple[int, ...]
    accused_lines: tuple[int, ...]


_P = TypeVar("_P", bound=_Placed)


@dataclass(frozen=True)
class _Returned:
    """A value that a call works out where it returns it, with which of them it is."""

    frame: Frame
    line: int
    place: int
    of: int

    @property
    def words(self) -> str:
        """What it is called: it has no name in its function."""
        if self.of == 1:
            return f"what {self.frame.function} returns"
        return f"the {ordinal(self.place + 1)} that {self.frame.function} returns"


def _returned(statements: Sequence[Statement]) -> dict[str, _Returned]:
    """By name, what is bound outside of a call by a line of it."""
    by_frame: dict[Frame, list[Statement]] = {}
    for one in statements:
        if one.frame is not None and one.returns:
            by_frame.setdefault(one.frame, []).append(one)
    return {
        name: _Returned(frame, one.line, place, len(own))
        for frame, own in by_frame.items()
        for place, one in enumerate(own)
        for name in one.binds
    }


def _held(statements: Sequence[Statement]) -> dict[str, Frame]:
    """By name, the call of a method that binds what its object holds; not what several methods bind."""
    found: dict[str, Frame] = {}
    several = set[str]()
    for name, frame in ((name, one.frame) for one in statements for name in one.writes):
        if frame is not None and frame.of_itself(name) and found.setdefault(name, frame) == frame:
            continue
        several.add(name)
    return {name: frame for name, frame in found.items() if name not in several}


@dataclass(frozen=True)
class _Words:
    frames: Mapping[str, Frame]
    """The calls, by what tells their names apart."""
    returned: Mapping[str, _Returned]
    held: Mapping[str, Frame]
    """By the name of what a method binds of its object's, the call."""
    handed: frozenset[str]
    """What stands for parameters: where that is from has the blame."""

    def groups(self, every: Sequence[_P]) -> list[list[_P]]:
        """Those of one line together; without what calls are given, which other lines build."""
        groups: dict[tuple[object, ...], list[_P]] = {}
        accused = {self.key(one) for one in every if one.verdict.accuses}
        for one in every:
            if one.name not in self.handed or one.verdict.accuses:
                key, wrong = self.key(one), self.key(one, scaled=True)
                groups.setdefault(wrong if wrong in accused else key, []).append(one)
        return [*groups.values()]

    def key(self, report: _Placed, *, scaled: bool = False) -> tuple[object, ...]:
        """What the reports of one line have in common, or would, were what is `scaled` wrong."""
        own = self._returned_by(report)
        if own is not None:
            return own.frame.function, own.line, own.place
        frame = self._frame_named(report.name)
        if frame is None:
            return (report.name,)
        wrong = report.verdict.accuses or (scaled and report.verdict is Verdict.SCALED)
        return frame.function, self._short(report.name), wrong and report.accused_lines

    def _frame_named(self, name: str) -> Frame | None:
        """The call that a name is one of."""
        return self.held.get(name) or self.frames.get(suffix_of(name))

    def _returned_by(self, report: _Placed) -> _Returned | None:
        own = self.returned.get(report.name)
        wrong = own is not None and report.verdict.accuses
        return own if wrong and own and (report.accused_lines or report.lines) == (own.line,) else None

    def name_of(self, group: Sequence[GradientReport]) -> str:
        """What they are called together."""
        first = group[0]
        own = self._returned_by(first)
        if own is not None and (len(group) > 1 or is_inside(first.name)):
            return own.words
        return self._short(first.name)

    def _short(self, name: str) -> str:
        frame = self._frame_named(name)
        return name if frame is None else in_words(frame.of_itself(name) or own_name(name), frame.function)

    def told(self, group: Sequence[GradientReport], names: Mapping[str, str]) -> GradientReport:
        """One report of them all."""
        accused = [one for one in group if one.verdict.accuses]
        chosen = accused[0] if accused else _gravest(group)
        own = [name for name in chosen.inherited_from if name not in self.handed] or chosen.inherited_from
        sources = dict.fromkeys(names.get(name, self._short(name)) for name in own)
        frame = self._frame_named(chosen.name)
        message = _named_once(chosen, sources, frame.suffix if frame else "") if sources else chosen.message
        calls = [found for found in map(self._frame_of, group if accused else ()) if found is not None]
        return replace(
            chosen,
            name=names[chosen.name],
            tensor=None if chosen.tensor is None else self._short(chosen.tensor),
            message=told(message) + calls_in_words(calls),
            inherited_from=tuple(sources),
            of=None if chosen.of is None else told(chosen.of),
        )

    def _frame_of(self, report: GradientReport) -> Frame | None:
        """The call that a report is about."""
        own = self._returned_by(report)
        return own.frame if own is not None else self._frame_named(report.name)


def _gravest(group: Sequence[GradientReport]) -> GradientReport:
    order = {verdict: place for place, verdict in enumerate(_GRAVEST)}
    return min(group, key=lambda one: (one.verdict.passes, order.get(one.verdict, len(order))))


def _named_once(report: GradientReport, sources: Iterable[str], suffix: str) -> str:
    """What is said of what is inherited, every source once."""
    listed, named = ", ".join(report.inherited_from), ", ".join(sources)
    return report.message.replace(told(listed), named).replace(told(listed, suffix), named)


def calls_in_words(frames: Sequence[Frame]) -> str:
    """In which of its calls a line is wrong; nothing where there is one."""
    if not frames or frames[0].of == 1:
        return ""
    numbers, of = [str(frame.call) for frame in frames], frames[0].of
    if len(numbers) == of:
        return " (both calls)" if of == 2 else f" (all {of} calls)"
    if len(numbers) == 1:
        return f" (in call {numbers[0]} of {of} only)"
    return f" (in calls {', '.join(numbers[:-1])} and {numbers[-1]} of {of} only)"
