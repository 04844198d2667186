"""Textual's command palette, for hands that are quicker: keys may come before its list, clicks after it."""

from __future__ import annotations

from contextlib import suppress

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.events import Click


class Commands(CommandList):
    """The list of the palette."""

    def _on_click(self, event: Click) -> None:  # type: ignore[override]
        """What was clicked may have gone from the list meanwhile."""
        if event.style.meta.get("option", 0) >= self.option_count:
            event.prevent_default()


class Palette(CommandPalette):
    """The palette of the app."""

    def compose(self) -> ComposeResult:
        """The same, with a list of our own."""
        for widget in super().compose():
            yield Commands() if isinstance(widget, CommandList) else widget

    def _action_command_list(self, action: str) -> None:
        """Move in the list; one that is not laid out yet has no page to move by."""
        with suppress(KeyError):
            super()._action_command_list(action)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close; what was closed already does not take the screen below along."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()
