"""What was found in a file without titles: a record to show before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

Span = tuple[int, int]
"""The first and the last of some lines, counted from 1."""

_TOLD = 6
"""So many other places are told, at most."""


class Found(Struct, frozen=True):
    """Where a file without titles has its iteration, and what stands for what in it."""

    where: str
    """`the loop in line 40`."""
    loops: tuple[int, ...]
    """The lines of the loops around one iteration, the outermost first."""
    parameters: tuple[str, ...]
    loss: str
    """The name of the loss; "" where there is none."""
    loss_line: int | None
    forward: tuple[Span, ...]
    backward: tuple[Span, ...]
    update: tuple[Span, ...]
    gradient: str
    """How gradients are named: `d{}`."""
    choice: int = 0
    """Which of the choices it is."""
    choices: tuple[str, ...] = ()
    """Where else an iteration could be, in words, the likeliest first."""
    again: bool = False
    """Whether only some of the gradients are written there, once more."""
    titled: bool = False
    """Whether titles inside the loop say where its sections begin."""
    named_otherwise: tuple[str, ...] = ()
    """The gradients that are not."""
    asides: tuple[str, ...] = ()
    """What else there is to say, in sentences."""
    function: str = ""
    """The Function of which it is one call, where it is one."""
    given: tuple[str, ...] = ()
    """The gradients that what is judged begins with: nothing writes them."""
    out_of_sight: tuple[str, ...] = ()
    """Names of the forward that the backward, a function of its own, cannot read."""
    unwritable: str = ""
    """Why its gradients cannot be written, or blanked, by themselves, where that is so."""

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """What was found, part by part: of which kind of lines each tells, and its words."""
        return (
            ("iteration", f"iteration: {self.where}"),
            (
                "parameters",
                f"parameters {', '.join(self.parameters)}" if self.parameters else "no parameters",
            ),
            ("loss", f"loss: line {self.loss_line}" if self.loss_line else "no loss"),
            ("backward", f"backward: {listed(self.backward)}"),
            ("update", f"update: {listed(self.update)}" if self.update else "no update"),
            ("", f"gradients are named {', '.join((self.gradient.format('X'), *self.named_otherwise))}"),
        )

    @property
    def words(self) -> str:
        """All of it in one line."""
        return " · ".join(words for _, words in self.parts)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say beside the words: the asides, and where else an iteration could be."""
        others = [(number, name) for number, name in enumerate(self.choices, 1) if number != self.choice + 1]
        told = [f"{name} (--choice {number})" for number, name in others[:_TOLD]]
        more = f" and {len(others) - _TOLD} more" if len(others) > _TOLD else ""
        return (*self.asides, *([f"other places for the iteration: {'; '.join(told)}{more}"] if told else []))


def listed(spans: Iterable[Span]) -> str:
    """`49–61, 63`."""
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)


def spans_of(lines: Iterable[int], text: Sequence[str]) -> tuple[Span, ...]:
    """Lines of a text in as few spans as they fill; blank lines and comments between two make no gap."""
    spans: list[Span] = []
    for line in sorted(set(lines)):
        if spans and all(map(_is_silent, text[spans[-1][1] : line - 1])):
            spans[-1] = (spans[-1][0], line)
        else:
            spans.append((line, line))
    return tuple(spans)


def _is_silent(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
