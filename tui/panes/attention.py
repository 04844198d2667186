"""The line above the panes: which gradient wants attention, and why, in full."""

from __future__ import annotations

from ...engine.debugger.wire.frame import Attention, Frame
from ..drawing.line import Line, Run, clean, crop, width_of, wrap
from ..drawing.verdict_signs import Sign, sign_of
from ..keys import BY_ID, label_of

KEY = "next_attention"
"""The id of the key that goes on, by which a click does, too."""
ROWS = 3
"""At most so many rows, where one is too narrow."""
_RAISED = Sign("!", "", "", "bad")


def paint_attention(frame: Frame, width: int) -> list[Line]:
    """One row, more where the terminal is too narrow for it, none where there is nothing to say."""
    one = frame.attention
    if one is None:
        return []
    sign = sign_of(one.verdict) if one.verdict is not None else _RAISED
    style = f"{sign.style} strong"
    rows = wrap(clean(one.text), max(width - 4, 10))
    lines: list[Line] = [
        (Run("   " if number else f" {sign.mark} ", style, KEY), Run(row, style, KEY))
        for number, row in enumerate(rows)
    ]
    fitting = (more for more in _more(one) if width_of((*lines[-1], *more)) <= width)
    lines[-1] = (*lines[-1], *next(fitting, ()))
    if len(lines) > ROWS:
        lines = [*lines[: ROWS - 1], crop((*lines[ROWS - 1], Run(" …", style)), width)]
    return [crop(line, width) for line in lines]


def _more(one: Attention) -> tuple[Line, ...]:
    """`· 1 of 2 · n next`: how many there are, and the key; and the key alone, where there is less room."""
    if one.total == 1 and one.here:
        return ()
    words = " next" if one.here else " shows it"
    key = (Run(" · ", "quiet"), Run(label_of(BY_ID[KEY]), "accent strong", KEY), Run(words, "quiet", KEY))
    if one.total == 1:
        return (key,)
    return ((Run(f" · {one.number} of {one.total}", "quiet"), *key), key)
