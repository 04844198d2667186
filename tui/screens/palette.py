"""Textual's command palette, for hands that are quicker: keys may come before its list, or after it."""

from __future__ import annotations

from contextlib import suppress

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette


class Palette(CommandPalette):
    """The palette of the app."""

    def _action_command_list(self, action: str) -> None:
        """Move in the list; one that is not laid out yet has no page to move by."""
        with suppress(KeyError):
            super()._action_command_list(action)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close; what was closed already does not take the screen below along."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()
