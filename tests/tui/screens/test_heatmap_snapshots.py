"""The heatmap as pictures: at three sizes, light, in the terminal's own colours, and without colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.tui.app import BackpropApp

from .. import scenes

SIZES = [(80, 24), (120, 36), (200, 60)]
Compare = Callable[..., bool]


def app(theme: str = "dark") -> BackpropApp:
    return BackpropApp(scenes.program(), scenes.FakeEngine(scenes.heatmap()), theme)


IN_VIEW = ["enter"]
"""Where there is no room for the inspector beside the tensors it comes in their place."""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_heatmap(snap_compare: Compare, size: Any) -> None:
    assert snap_compare(app(), terminal_size=size, press=IN_VIEW)


@pytest.mark.parametrize("theme", ["light", "ansi"])
def test_theme(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(app(theme), terminal_size=(120, 36), press=IN_VIEW)


def test_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app(), terminal_size=(120, 36), press=IN_VIEW)
