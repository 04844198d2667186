"""Long lines made shorter: what stands in one twice gets a variable."""

from __future__ import annotations

import ast
import re

from ..style import style

_LONG = 100
"""A line of so many characters is made shorter if it can be."""
_WORTH = 12
"""An expression of so many characters is worth a variable."""
_MOST = 4


def shorter(line: str) -> list[str]:
    """The line, and before it the variables that it needs."""
    before: list[str] = []
    taken: frozenset[str] = frozenset()
    while len(line) > _LONG and len(before) < _MOST and (repeated := _repeated(line)):
        name = style().fresh("part", taken)
        taken |= {name}
        before.append(f"{name} = {repeated}")
        line = _pattern(repeated).sub(name, line)
    return [*before, line]


def _repeated(line: str) -> str:
    """The call that takes most room in all, of those that stand there more than once."""
    calls = {
        text
        for node in ast.walk(ast.parse(line))
        if isinstance(node, ast.Call) and (text := ast.get_source_segment(line, node)) and len(text) >= _WORTH
    }
    room = {text: len(text) * (len(_pattern(text).findall(line)) - 1) for text in calls}
    largest = max(sorted(room), key=lambda text: room[text], default="")
    return largest if room.get(largest, 0) > 0 else ""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w.)\]])" + re.escape(text))
