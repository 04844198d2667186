"""A screen that takes text: what was typed as plain data, and the keys that change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from string import printable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.keys import _character_to_key
from textual.screen import ModalScreen

from ..drawing.line import Line, Run, clean

LONGEST = 1000
"""Characters that are taken."""
_ON_A_KEYBOARD = [char for char in printable if char.isprintable()]


@dataclass(frozen=True)
class Typed:
    """A line of text and the place in it where the next character goes."""

    text: str = ""
    at: int = 0

    @classmethod
    def of(cls, text: str) -> Typed:
        """A text with the place behind it."""
        return cls(text, len(text))

    def adding(self, text: str) -> Typed:
        """With a text at the place, of which control characters are left out."""
        added = "".join(char for char in " ".join(text.split("\n")) if char.isprintable())
        whole = (self.text[: self.at] + added + self.text[self.at :])[:LONGEST]
        return Typed(whole, min(self.at + len(added), len(whole)))

    def erasing(self, before: int, after: int = 0) -> Typed:
        """Without so many characters before the place, and after it."""
        start = max(self.at - before, 0)
        return Typed(self.text[:start] + self.text[self.at + after :], start)

    def moving(self, by: int) -> Typed:
        """The place further left or right."""
        return replace(self, at=min(max(self.at + by, 0), len(self.text)))

    def line(self, width: int) -> Line:
        """The text with a mark at its place; of one that is too long the part around it."""
        text = clean(self.text)
        start = max(self.at - max(width - 1, 1), 0)
        return (
            Run(text[start : self.at]),
            Run("▏", "accent"),
            Run(text[self.at : max(start + width - 1, self.at)]),
        )


class TypingScreen(ModalScreen[None]):
    """Its keys have priority, and do their work before the next one is looked at: bursts stay in order."""

    CSS_PATH = "windows.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "back", show=False, priority=True),
        # before the terminal is raw, its enter key sends the other one
        Binding("enter,ctrl+j", "accept", "take it", show=False, priority=True),
        Binding("backspace", "erase(1, 0)", "erase", show=False, priority=True),
        Binding("delete", "erase(0, 1)", "erase after", show=False, priority=True),
        Binding("ctrl+u", f"erase({LONGEST}, 0)", "erase all before", show=False, priority=True),
        Binding("left", "move(-1)", "left", show=False, priority=True),
        Binding("right", "move(1)", "right", show=False, priority=True),
        Binding("home,ctrl+a", f"move({-LONGEST})", "to the beginning", show=False, priority=True),
        Binding("end,ctrl+e", f"move({LONGEST})", "to the end", show=False, priority=True),
        *(
            Binding(_character_to_key(char), f"type({ord(char)})", char, show=False, priority=True)
            for char in _ON_A_KEYBOARD
        ),
    ]

    typed = Typed()

    def changed(self) -> None:
        """What was typed is another text now."""
        raise NotImplementedError

    def action_accept(self) -> None:
        """Take what was typed."""
        raise NotImplementedError

    def action_type(self, code: int) -> None:
        """One more character."""
        self._change(self.typed.adding(chr(code)))

    def action_erase(self, before: int, after: int) -> None:
        """Some characters less."""
        self._change(self.typed.erasing(before, after))

    def action_move(self, by: int) -> None:
        """Another place."""
        self._change(self.typed.moving(by))

    def on_key(self, event: Key) -> None:
        """A character that is on no key of its own."""
        if event.character is not None and event.is_printable and not event.character.isascii():
            self._change(self.typed.adding(event.character))

    def on_paste(self, event: Paste) -> None:
        """A text from elsewhere."""
        self._change(self.typed.adding(event.text.strip()))

    def _change(self, typed: Typed) -> None:
        self.typed = typed
        self.changed()
