"""The colours of a heatmap: from the theme's, more of them the larger a number is."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.app import App
from textual.color import Color

from ...engine.debugger.wire.inspected import LEVELS, ODD

CURSOR, WORST, OUTSIDE = ODD + 1, ODD + 2, ODD + 3
"""Levels of cells that are marked, and of what lies beyond the last cell."""
_ZERO, _LEAST = 0.07, 0.2
"""How much of a colour is mixed into the background for zero, and for the smallest number."""
_MARKS = {ODD: "warning", CURSOR: "foreground", WORST: "accent"}


def has_shades(app: App[object]) -> bool:
    """Whether the terminal and the theme have enough colours to tell shades of one apart."""
    few = app.console.color_system in ("standard", "windows")
    return not (few or app.no_color or app.native_ansi_color)


def shade_style(name: str, variables: Mapping[str, str]) -> Style | None:
    """The style of `heat-3`, or of `ground-3`, which is the same colour behind; None of any other name."""
    kind, _, level = name.partition("-")
    if kind not in ("heat", "ground") or not level.isdecimal():
        return None
    colour = _colour(int(level), variables).rich_color
    return Style(color=colour) if kind == "heat" else Style(bgcolor=colour)


def _colour(level: int, variables: Mapping[str, str]) -> Color:
    background = Color.parse(variables["background"])
    if level == OUTSIDE:
        return background
    if level == 0:
        return _mixed(background, Color.parse(variables["foreground"]), _ZERO)
    if level in _MARKS:
        return Color.parse(variables[_MARKS[level]])
    side = Color.parse(variables["error" if level <= LEVELS else "primary"])
    return _mixed(background, side, _LEAST + (1 - _LEAST) * ((level - 1) % LEVELS) / (LEVELS - 1))


def _mixed(background: Color, colour: Color, share: float) -> Color:
    """One of the terminal's own colours, which nobody knows, is not mixed."""
    return colour if colour.ansi is not None else background.blend(colour, share)
