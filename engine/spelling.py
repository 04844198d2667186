"""Did you mean: the nearest of a few names, or none."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The candidate most like `name`, or None when none is near. Case does not count."""
    import difflib

    folded = {candidate.casefold(): candidate for candidate in candidates}
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None
