"""Themes: our dark and light one, and short names for them and for the terminal's own colours."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="backprop-dark",
    primary="#7AA2F7",
    secondary="#BB9AF7",
    accent="#FF9E64",
    warning="#E0AF68",
    error="#F7768E",
    success="#9ECE6A",
    foreground="#C0CAF5",
    background="#16161E",
    surface="#1A1B26",
    panel="#24283B",
    dark=True,
)
LIGHT = Theme(
    name="backprop-light",
    primary="#2E5CB8",
    secondary="#7847BD",
    accent="#A85A10",
    warning="#8C6C00",
    error="#C0304F",
    success="#3D7A1C",
    foreground="#2B3050",
    background="#F7F7FA",
    surface="#EFEFF4",
    panel="#E1E2EA",
    dark=False,
)
ALIASES = {
    "dark": DARK.name,
    "light": LIGHT.name,
    "ansi": "ansi-dark",
}
"""What `--theme` calls them; every other name is one of Textual's."""


def theme_names() -> list[str]:
    """Every name that `--theme` takes, ours first."""
    return [*ALIASES, DARK.name, LIGHT.name, *sorted(BUILTIN_THEMES)]
