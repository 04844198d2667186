"""Verdicts as the reader meets them: a sign, a word and a style, never a colour alone."""

from __future__ import annotations

from msgspec import Struct

from ...engine.verdict import Verdict


class Sign(Struct, frozen=True):
    """How one verdict looks. `word` fits the table, `words` say it in full."""

    mark: str
    word: str
    words: str
    style: str


SIGNS: dict[Verdict, Sign] = {
    Verdict.EXACT: Sign("✓", "exact", "exact", "good"),
    Verdict.CLOSE: Sign("≈", "close", "close", "good"),
    Verdict.RIGHT: Sign("✓", "right", "the line is right", "good"),
    Verdict.WRONG: Sign("✗", "wrong", "wrong", "bad"),
    Verdict.WRONG_HERE: Sign("✗", "wrong here", "wrong here", "bad"),
    Verdict.WRONG_SHAPE: Sign("≠", "wrong shape", "wrong shape", "bad"),
    Verdict.WRONG_TYPE: Sign("≠", "wrong type", "wrong type", "bad"),
    Verdict.NOT_FINITE: Sign("∞", "not finite", "infinite or NaN", "bad"),
    Verdict.INHERITED: Sign("↳", "inherited", "inherited from upstream", "warn"),
    Verdict.NOT_WRITTEN: Sign("…", "not written", "not written yet", "quiet"),
    Verdict.NOT_CHECKED: Sign("?", "not checked", "not checked", "quiet"),
    Verdict.LEANING: Sign("◇", "leaning", "right for what arrives here", "warn"),
    Verdict.SCALED: Sign("∝", "scaled", "scaled by convention", "warn"),
    Verdict.PART: Sign("◔", "part", "one of several contributions", "warn"),
    Verdict.DELIBERATE: Sign("◆", "deliberate", "deliberate", "warn"),
    Verdict.NOT_EXERCISED: Sign("○", "not exercised", "not exercised", "warn"),
}

NONE = Sign(" ", "", "", "")
PARTIAL = Sign("┆", "", "a part; a later line ends it", "quiet")
BREAKPOINT = "●"
"""Stands before the number of a line that runs stop before."""
HIDDEN = Sign("✗", "hidden", "hidden: gradient about zero", "bad")


def sign_of(verdict: Verdict | None, *, hidden: bool = False) -> Sign:
    """The sign of a verdict; blank where there is none yet."""
    if hidden:
        return HIDDEN
    return NONE if verdict is None else SIGNS[verdict]
