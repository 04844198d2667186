"""The program's own lines in a traceback, which may be a million frames long."""

from __future__ import annotations

import linecache
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby
from types import CodeType, TracebackType

from ..program.program import Program

_REPEATED = 3
"""A line of a traceback is quoted so often; the rest is counted, as Python does."""
_MOST = 20
"""The last so many lines are told."""
LONGEST = 2000
"""Characters of a message or a line that are kept."""

_Place = tuple[CodeType, int]


def own_line(trace: TracebackType | None, program: Program) -> int | None:
    """The line of the program that was running, outside of what it called."""
    return next((line for _, line in _own_places(trace, program)), None)


def own_lines(trace: TracebackType | None, program: Program) -> tuple[str, ...]:
    """The program's last lines in a traceback, in words."""
    last = deque(_counted(_own_places(trace, program)), maxlen=_MOST)
    lines: list[str] = []
    for (code, line), times in last:
        lines += [_words(code, line, program)] * min(times, _REPEATED)
        if times > _REPEATED:
            lines.append(f"previous line repeated {times - _REPEATED} more times")
    return tuple(lines[-_MOST:])


def files_of(trace: TracebackType | None) -> frozenset[str]:
    """The files that a traceback passes through."""
    return frozenset(code.co_filename for code, _ in _places(trace))


def _own_places(trace: TracebackType | None, program: Program) -> Iterator[_Place]:
    return (place for place in _places(trace) if place[0].co_filename == program.filename)


def _places(trace: TracebackType | None) -> Iterator[_Place]:
    while trace is not None:
        yield trace.tb_frame.f_code, trace.tb_lineno
        trace = trace.tb_next


def _counted(places: Iterable[_Place]) -> Iterator[tuple[_Place, int]]:
    return ((place, sum(1 for _ in alike)) for place, alike in groupby(places))


def _words(code: CodeType, line: int, program: Program) -> str:
    where = "" if code.co_name == "<module>" else f", in {code.co_name}"
    text = linecache.getline(program.filename, line).strip()
    return f"line {line}{where}: {text}".rstrip(": ")[:LONGEST]
