"""Whether the terminal takes what is to be copied: OSC 52 is never answered."""

from __future__ import annotations

from collections.abc import Mapping

_TAKING = ("kitty", "xterm-kitty", "alacritty", "foot", "ghostty", "xterm-ghostty", "wezterm", "contour")
"""Values of TERM and TERM_PROGRAM of terminals that take it unless they are told not to."""
_SIGNS = ("KITTY_WINDOW_ID", "ALACRITTY_WINDOW_ID", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR", "WT_SESSION")
"""What such terminals put into the environment."""
_BETWEEN = ("TMUX", "STY")
"""What stands between, and as it comes keeps it to itself."""


def takes_copies(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is one that is known to take it."""
    if any(environment.get(name) for name in _BETWEEN):
        return False
    names = [environment.get(name, "").lower() for name in ("TERM", "TERM_PROGRAM")]
    return any(map(environment.get, _SIGNS)) or any(name.startswith(_TAKING) for name in names)
