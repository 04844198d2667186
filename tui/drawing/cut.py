"""A line of styled text cut in two where a row ends."""

from __future__ import annotations

from .line import Line, Run, plain, width_of


def split(code: Line, room: int) -> tuple[Line, Line]:
    """The code cut after the last blank that fits, or in mid-word where there is none."""
    head = _before(code, room + 1)
    if width_of(head) <= room and not _after(code, room + 1):
        return code, ()
    text = plain(head)
    cut = len(_fitting(text, room))
    blank = text.rfind(" ", 1, cut)
    cut = blank + 1 if blank > room // 2 else max(cut, 1)
    return _before(code, cut), _after(code, cut)


def _fitting(text: str, room: int) -> str:
    """The longest start of the text that is at most `room` columns wide."""
    end = min(len(text), room)
    while end > 1 and width_of((Run(text[:end]),)) > room:
        end -= 1
    return text[:end]


def _before(code: Line, cut: int) -> Line:
    kept: list[Run] = []
    for run in code:
        if cut <= 0:
            break
        kept.append(Run(run.text[:cut], run.style))
        cut -= len(run.text)
    return tuple(kept)


def _after(code: Line, cut: int) -> Line:
    for at, run in enumerate(code):
        if cut < len(run.text):
            return (Run(run.text[cut:], run.style), *code[at + 1 :])
        cut -= len(run.text)
    return ()
