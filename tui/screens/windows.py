"""The windows that keys open over the main screen, each loaded when it is opened first."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from .pane_screen import PaneScreen


def window(name: str, main: PaneScreen) -> Screen[Any]:
    """The window of this name, over the main screen as it is now."""
    match name:
        case "go_to":
            from .go_to_prompt import GoToPrompt

            return GoToPrompt(main.send)
        case "stops":
            from .stops_window import StopsWindow

            return StopsWindow(main.frame.stops, main.send)
        case "watches":
            from .watches_window import WatchesWindow

            return WatchesWindow([one.text for one in main.frame.watches], main.send)
        case "number":
            from .number_prompt import NumberPrompt

            return NumberPrompt(main.send)
        case "curves":
            from .curves_window import CurvesWindow

            return CurvesWindow(main)
        case "evaluate":
            from .evaluate_window import EvaluateWindow

            return EvaluateWindow(main)
        case "copy":
            from .copy_window import CopyWindow

            return CopyWindow(main, main.program)
        case "search":
            from .search_prompt import prompt_over

            return prompt_over(main)
        case "help":
            from .help_window import HelpWindow

            return HelpWindow()
    raise KeyError(name)
