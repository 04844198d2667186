"""Did you mean: the nearest of a few names, or none."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The candidate most like `name`, or None when none is near. Case does not count."""
    import difflib

    folded = {candidate.casefold(): candidate for candidate in candidates}
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def is_slip(name: str, meant: str) -> bool:
    """Whether one slip of a finger makes `name` of `meant`, however short they are.

    A letter doubled or two swapped, an underscore; in names of three letters or more also any one letter
    too much, lost or replaced. Digits count things, so another digit is another thing.
    """
    one, other = sorted((name.casefold(), meant.casefold()), key=len)
    if len(one) == len(other):
        return _is_exchange(one, other)
    if len(one) + 1 < len(other):
        return False
    places = [at for at in range(len(other)) if other[:at] + other[at + 1 :] == one]
    return any(_is_needless(other, at) or (len(one) >= 3 and not other[at].isdigit()) for at in places)


def _is_exchange(one: str, other: str) -> bool:
    places = [at for at in range(len(one)) if one[at] != other[at]]
    if len(places) == 2:
        first, second = places
        return second == first + 1 and one[first] + one[second] == other[second] + other[first]
    return len(places) == 1 and len(one) >= 3 and not (one[places[0]] + other[places[0]]).isdigit()


def _is_needless(name: str, at: int) -> bool:
    """Whether it is an underscore, or the same letter as the one before it."""
    return name[at] == "_" or (at > 0 and name[at - 1] == name[at] and name[at].isalpha())
