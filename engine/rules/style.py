"""How a program spells things: what it calls torch, which names are its sizes, whether `**` has spaces."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Style:
    """What lines are written in."""

    modules: Mapping[str, str] = field(default_factory=lambda: {"torch": "torch", "F": "torch.nn.functional"})
    """What the program calls the modules that templates call `torch` and `F`."""
    tight_powers: bool = False
    """Whether `h**2` is written without spaces."""
    double_quotes: bool = False
    """Whether strings stand between double quotes."""
    single_quotes: bool = False
    """Whether keys of dictionaries stand between single ones."""
    taken: frozenset[str] = frozenset()
    """Names that a helper variable must not have."""
    sizes: Mapping[int, str] = field(default_factory=dict)
    """The program's own words for sizes, where there is no doubt about them."""
    spelled: Mapping[str, str] = field(default_factory=dict)
    """Expressions of the forward that have a name, by their text."""

    def fresh(self, wanted: str, others: frozenset[str] = frozenset()) -> str:
        """The name wanted, or that name with a number, whichever is free."""
        free, number = wanted, 1
        while free in self.taken or free in others:
            number += 1
            free = f"{wanted}{number}"
        return free


_PLAIN = Style()
_STYLE: ContextVar[Style] = ContextVar("style", default=_PLAIN)


def style() -> Style:
    """The style in force."""
    return _STYLE.get()


@contextlib.contextmanager
def styled(wanted: Style) -> Iterator[None]:
    """Write in a style inside the `with`."""
    before = _STYLE.set(wanted)
    try:
        yield
    finally:
        _STYLE.reset(before)
