"""What the styles of runs look like: colours of the theme, and how much of them.

They are no part of the stylesheet: Textual would match all of it for each of them before the first picture.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import App
from textual.color import Color
from textual.style import Style

INKS = {
    "title": "foreground 65% bold",
    "accent": "primary",
    "brand": "primary bold",
    "strong": "bold",
    "active": "primary bold underline",
    "quiet": "foreground 60%",
    "faint": "foreground 36%",
    "changed": "bold",
    "good": "success",
    "warn": "warning",
    "bad": "error",
    "border": "foreground 18%",
    "border-focus": "foreground 45%",
    "ahead": "foreground 48%",
    "bar": "on primary 16%",
    "bar-failed": "on error 16%",
    "cursor": "on primary 45% bold",
    "found": "on warning 22% underline",
    "found-here": "on warning 48% bold underline",
    "keyword": "secondary",
    "constant": "secondary",
    "number": "accent",
    "string": "accent italic",
    "comment": "foreground 48% italic",
    "operator": "primary 85%",
}
"""By their names: a colour of the theme, how much of it there is over what is behind, `on` what, and how."""
ON_LIGHT = {
    "quiet": "foreground 78%",
    "faint": "foreground 58%",
    "ahead": "foreground 62%",
    "comment": "foreground 66% italic",
    "border": "foreground 32%",
    "border-focus": "foreground 75%",
}
"""On paper, and on a projector, grey on white fades sooner than grey on black."""
OF_TERMINAL = {
    "title": "ansi_default bold",
    **dict.fromkeys(("quiet", "faint", "border", "ahead", "comment"), "ansi_default dim"),
    **dict.fromkeys(("border-focus", "operator"), "ansi_default"),
    **dict.fromkeys(("bar", "bar-failed", "cursor"), "on ansi_default reverse"),
    "found": "on ansi_default underline",
    "found-here": "on ansi_default bold underline reverse",
}
"""Where the colours are the terminal's own, of which nobody knows what they look like mixed."""


def ink(name: str, app: App[object]) -> Style:
    """The style of this name in the theme of an app."""
    words = INKS[name]
    if not app.current_theme.dark:
        words = ON_LIGHT.get(name, words)
    if app.native_ansi_color:
        words = OF_TERMINAL.get(name, words)
    return _parsed(words, app.theme_variables)


def _parsed(text: str, variables: Mapping[str, str]) -> Style:
    colours: dict[str, Color] = {}
    how: dict[str, bool] = {}
    where = "foreground"
    for word in text.split():
        if word == "on":
            where = "background"
        elif word.endswith("%"):
            colours[where] = colours[where].multiply_alpha(int(word[:-1]) / 100)
        elif word in _HOW:
            how[word] = True
        else:
            colours[where] = Color.parse(variables.get(word, word))
    bold, dim, italic, underline, reverse = map(how.get, _HOW)
    return Style(
        colours.get("background"),
        colours.get("foreground"),
        bold=bold,
        dim=dim,
        italic=italic,
        underline=underline,
        reverse=reverse,
    )


_HOW = ("bold", "dim", "italic", "underline", "reverse")
