"""Iterators of a program that can go back: what they gave they give again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import IOBase
from typing import Any

from ..tensors.inert import in_class, is_any
from ..tensors.rng_state import Generator, RandomState, random_state
from .recording.steps import Slot

_END: Any = object()
"""What stands in the place of a value where there was none left."""


class Given:
    """Something that an iterator gave, and what it gave next. What nobody can ask for again is forgotten."""

    __slots__ = ("contents", "random", "then", "value")

    def __init__(self, value: Any, random: RandomState | None, contents: Any) -> None:
        self.value = value
        self.random = random
        """The state of the generators afterwards, which giving may have drawn from."""
        self.contents = contents
        """What the value held when it was given."""
        self.then: Given | None = None

    @property
    def is_end(self) -> bool:
        """Whether nothing was left to give."""
        return self.value is _END

    def later(self) -> Iterator[Given]:
        """All that was given after this."""
        node = self.then
        while node is not None:
            yield node
            node = node.then


class GivenAgain:
    """Stands for an iterator that outlives an iteration, and remembers what that gave.

    `look` makes the contents of what is given. Everything else is the iterator's own.
    """

    def __init__(self, source: Iterator[Any], look: Callable[[Iterable[Any]], Any]) -> None:
        self.source = source
        self.look = look
        self.at = Given(None, None, None)
        """The last thing that was given."""
        self._generators: Iterable[Generator] | None = None
        self._told: list[Slot] = []

    def watched_by(self, told: list[Slot], generators: Iterable[Generator] | None) -> None:
        """From now on `told` hears of the tensors that are given.

        Giving may draw from `generators` beside those that are everybody's; None where nothing is drawn.
        """
        self._told, self._generators = told, generators

    def __iter__(self) -> GivenAgain:
        return self

    def __next__(self) -> Any:
        return self._give(lambda: next(self.source))

    def send(self, value: Any) -> Any:
        """Resume a generator with a value."""
        return self._give(lambda: self.source.send(value))  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.source, name)

    def __repr__(self) -> str:
        return repr(self.source)

    def go_back(self, at: Given) -> None:
        """Give again what was given after `at`, with the values of then."""
        self.at = at
        for given in at.later():
            given.contents.put_back()

    def _give(self, take: Callable[[], Any]) -> Any:
        if self.at.then is None:
            self.at.then = self._taken(take)
        elif self.at.then.random is not None:
            self.at.then.random.restore()
        self.at = self.at.then
        if self.at.is_end:
            raise StopIteration
        self._told += self.at.contents.slots
        return self.at.value

    def _taken(self, take: Callable[[], Any]) -> Given:
        try:
            value = take()
        except StopIteration:
            value = _END
        drawn = None if self._generators is None else random_state([*self._generators])
        return Given(value, drawn, self.look([] if value is _END else [value]))


def has_to_remember(value: Any) -> bool:
    """Whether it is an iterator that nothing else can bring back.

    A file is left as it is, and what can be called, which is more than an iterator: a mock.
    """
    kind = type(value)
    iterates = in_class(kind, "__next__") is not None and in_class(kind, "__iter__") is not None
    if not iterates or in_class(kind, "__call__") is not None:
        return False
    return not is_any(value, (GivenAgain, IOBase))
