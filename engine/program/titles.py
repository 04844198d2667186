"""Titles of sections that stand inside loops and functions, and options that a title has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_INDENTED = r"(?i)^\s*#\s*%%\s*(?P<kind>[a-z]+)\b(?P<rest>.*)$"
_OPTION = re.compile(r"""(?P<name>[\w.-]+)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>\S+))""")


def titles_in(lines: Sequence[str], kinds: Sequence[str]) -> Mapping[str, int]:
    """By the kind of a section, the line of its first title, however deep it stands."""
    found: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        match = re.match(_INDENTED, line)
        if match is not None and match["kind"].casefold() in kinds:
            found.setdefault(match["kind"].casefold(), number)
    return found


def stands_inside(lines: Sequence[str], number: int) -> bool:
    """Whether a title is indented, as one in a loop is."""
    return lines[number - 1][:1] in (" ", "\t")


def options_of(line: str) -> Mapping[str, str]:
    """What a title says beside its name: `# %% backward gradient="grad_{}"`."""
    return {m["name"]: m["double"] or m["single"] or m["plain"] or "" for m in _OPTION.finditer(line)}
