"""Curves as pictures: at three sizes, in the terminal's own colours, without any, and without braille."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.plot import ASCII
from backprop_tui.tui.panes import loss

from .. import scenes

SIZES = [(80, 24), (120, 36), (200, 60)]
Compare = Callable[..., bool]


def sized(size: tuple[int, int]) -> str:
    return "x".join(map(str, size))


def app(theme: str = "dark") -> BackpropApp:
    return BackpropApp(scenes.program(), scenes.FakeEngine(scenes.trained()), theme)


@pytest.mark.parametrize("size", SIZES, ids=sized)
def test_losses(snap_compare: Compare, size: Any) -> None:
    assert snap_compare(app(), terminal_size=size)


def test_losses_in_the_terminals_own_colours(snap_compare: Compare) -> None:
    assert snap_compare(app("ansi"), terminal_size=(120, 36))


def test_losses_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app("ansi"), terminal_size=(120, 36))


def test_losses_without_braille(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss, "pen", lambda: ASCII)
    assert snap_compare(app(), terminal_size=(200, 60))
