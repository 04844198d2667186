"""The screen as pictures, at three sizes, from frames made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backprop_tui.engine.program.reading import read
from backprop_tui.tui.app import BackpropApp

from .. import scenes

SIZES = [(80, 24), (120, 36), (200, 60)]
SCENES = ["initial", "after_iteration", "mid_backward", "wrong", "failed", "not_a_number"]
Compare = Callable[..., bool]


def sized(size: tuple[int, int]) -> str:
    return "x".join(map(str, size))


@pytest.mark.parametrize("size", SIZES, ids=sized)
@pytest.mark.parametrize("scene", SCENES)
def test_scene(snap_compare: Compare, scene: str, size: Any) -> None:
    app = BackpropApp(scenes.program(), scenes.FakeEngine(getattr(scenes, scene)()), "dark")
    assert snap_compare(app, terminal_size=size)


@pytest.mark.parametrize("size", SIZES, ids=sized)
def test_help(snap_compare: Compare, size: Any) -> None:
    app = BackpropApp(scenes.program(), scenes.FakeEngine(scenes.mid_backward()), "dark")
    assert snap_compare(app, press=["question_mark"], terminal_size=size)


@pytest.mark.parametrize("size", SIZES, ids=sized)
def test_what_was_found(snap_compare: Compare, size: Any) -> None:
    app = BackpropApp(read(scenes.PLAIN, "mine"), scenes.FakeEngine(scenes.mid_backward()), "dark")
    assert snap_compare(app, terminal_size=size)


@pytest.mark.parametrize("theme", ["light", "ansi"])
def test_theme(snap_compare: Compare, theme: str) -> None:
    app = BackpropApp(scenes.program(), scenes.FakeEngine(scenes.wrong()), theme)
    assert snap_compare(app, terminal_size=(120, 36))
