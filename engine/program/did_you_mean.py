"""Did you mean: the nearest of a few names, or none."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The candidate most like `name`, or None when none is near. Case does not count."""
    import difflib

    folded = {candidate.casefold(): candidate for candidate in candidates}
    alike = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
    return folded[alike[0]] if alike else None


def is_slip(name: str, meant: str) -> bool:
    """Whether one slip of a finger makes `name` of `meant`, however short they are.

    A letter doubled or two swapped, an underscore; in names of three letters or more also any one letter
    too much, lost or replaced. Digits count things, so another digit is another thing.
    """
    shorter, longer = sorted((name.casefold(), meant.casefold()), key=len)
    if len(shorter) == len(longer):
        return _is_exchange(shorter, longer)
    if len(shorter) + 1 < len(longer):
        return False
    places = [at for at in range(len(longer)) if longer[:at] + longer[at + 1 :] == shorter]
    return any(_is_needless(longer, at) or (len(shorter) >= 3 and not longer[at].isdigit()) for at in places)


def _is_exchange(name: str, meant: str) -> bool:
    places = [at for at in range(len(name)) if name[at] != meant[at]]
    if len(places) == 2:
        first, second = places
        return second == first + 1 and name[first] + name[second] == meant[second] + meant[first]
    return len(places) == 1 and len(name) >= 3 and not (name[places[0]] + meant[places[0]]).isdigit()


def _is_needless(name: str, at: int) -> bool:
    """Whether it is an underscore, or the same letter as the one before it."""
    return name[at] == "_" or (at > 0 and name[at - 1] == name[at] and name[at].isalpha())
