"""Curves as pictures: at three sizes, in the terminal's own colours, without any, and without braille."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.plot import ASCII
from backprop_tui.tui.panes import curves, loss

from .. import scenes

SIZES = [(80, 24), (120, 36), (200, 60)]
Compare = Callable[..., bool]


def sized(size: tuple[int, int]) -> str:
    return "x".join(map(str, size))


def app(theme: str = "dark", scene: Callable[[], Frame] = scenes.trained) -> BackpropApp:
    return BackpropApp(scenes.program(), scenes.FakeEngine(scene()), theme)


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


@pytest.mark.parametrize("size", SIZES, ids=sized)
def test_curves(snap_compare: Compare, size: Any) -> None:
    assert snap_compare(app(scene=scenes.with_curves), press=["k", *["left"] * 29], terminal_size=size)


@pytest.mark.parametrize("theme", ["light", "ansi"])
def test_curves_in_other_themes(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(app(theme, scenes.with_curves), press=["k"], terminal_size=(120, 36))


def test_curves_without_colour_and_braille(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(curves, "pen", lambda: ASCII)
    assert snap_compare(app("ansi", scenes.with_curves), press=["k"], terminal_size=(120, 36))


@pytest.mark.parametrize("size", SIZES, ids=sized)
def test_what_can_be_copied(snap_compare: Compare, size: Any) -> None:
    assert snap_compare(app(scene=scenes.wrong), press=["y"], terminal_size=size)


def test_what_can_be_copied_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app("ansi", scenes.wrong), press=["y"], terminal_size=(120, 36))
