"""Text from outside as it may be shown."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with its lines and tabs, and � for every other character that a terminal would obey."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    return character if character.isprintable() or character in "\n\t" else "�"
