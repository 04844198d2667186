"""The text of a program file, and the form in which its bytes hold it: encoding, mark, line ends."""

from __future__ import annotations

import re
import tokenize
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property

from msgspec import Struct

_LINE_END = r"\r\n|\r|\n"


class SourceText(Struct, frozen=True, dict=True):
    """A file as it was read. `encoding` is what Python reads it in; `utf-8-sig` has a byte order mark."""

    data: bytes
    encoding: str

    @cached_property
    def text(self) -> str:
        """Its text; every line ends in a newline, whatever it ends in in the file."""
        return re.sub(_LINE_END, "\n", self._decoded)

    @cached_property
    def _decoded(self) -> str:
        return self.data.decode(self.encoding)

    def encoded(self, text: str) -> bytes:
        """The bytes of another text in the form of this one.

        A line that stays keeps its end, a new one gets that of the line above; the last line ends in a
        newline only if it does here.

        Raises:
            UnicodeError: the encoding cannot say it, or does not give these bytes for this text.
        """
        if self._decoded.encode(self.encoding) != self.data:
            raise UnicodeError(f"the bytes of the file are not those that {self.encoding} writes")
        lines, old = text.split("\n"), self.text.split("\n")
        while old[-1] and len(lines) > 1 and not lines[-1]:
            lines.pop()
        if lines[-1] and not old[-1]:
            lines.append("")
        ends = _ends(old, re.findall(_LINE_END, self._decoded), lines)
        return "".join(part for pair in zip(lines, [*ends, ""], strict=True) for part in pair).encode(
            self.encoding
        )


def read_text(data: bytes) -> SourceText:
    """The text of a file, in the encoding that it names in its first two lines (PEP 263), or UTF-8.

    Raises:
        UnicodeDecodeError: these are no bytes of that encoding.
        SyntaxError: it names none that Python knows.
    """
    source = SourceText(data, _encoding(data))
    try:
        source.text  # noqa: B018
    except LookupError as problem:  # a codec that makes no text: rot13
        raise SyntaxError(str(problem)) from None
    return source


def _encoding(data: bytes) -> str:
    """Where other bytes than ASCII stand says nothing here, and is not to be what is complained of."""
    head = re.split(rb"\r\n|\r|\n", data, maxsplit=2)[:2]
    plain = [re.sub(rb"[\x80-\xff]", b"?", line.removeprefix(BOM_UTF8)) + b"\n" for line in head]
    if data.startswith(BOM_UTF8):
        plain[0] = BOM_UTF8 + plain[0]
    return tokenize.detect_encoding(iter([*plain, b""]).__next__)[0]


def _ends(old: Sequence[str], ends: Sequence[str], new: Sequence[str]) -> list[str]:
    """What each of the new lines but the last ends in."""
    kept = {there: ends[here] for here, there in same_lines(old, new) if here < len(ends)}
    above = ends[0] if ends else "\n"
    found = []
    for number in range(len(new) - 1):
        above = kept.get(number, above)
        found.append(above)
    return found


def same_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places, old and new, of lines that stay; those at both ends are not looked for."""
    first, last = 0, min(len(old), len(new))
    while first < last and old[first] == new[first]:
        yield first, first
        first += 1
    tail = 0
    while tail < last - first and old[-1 - tail] == new[-1 - tail]:
        tail += 1
        yield len(old) - tail, len(new) - tail
    inside, anew = old[first : len(old) - tail], new[first : len(new) - tail]
    for block in SequenceMatcher(None, inside, anew, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            yield first + block.a + offset, first + block.b + offset
