"""An app over a stand-in for the engine, as tests of the screen drive it."""

from __future__ import annotations

from typing import Any

from backprop_tui.engine.debugger.wire.looks import Layout, Pane
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain

from .. import scenes


class Stage:
    """An app under test with its stand-in engine."""

    def __init__(self, *names: str, theme: str | None = None) -> None:
        frames = [getattr(scenes, name)() for name in names or ("mid_backward",)]
        self.engine = scenes.FakeEngine(*frames)
        self.app = BackpropApp(scenes.program(), self.engine, theme)

    def text(self, name: str) -> str:
        return "\n".join(map(plain, self.app.main.query_one(f"#{name}", Canvas).lines))

    def seen(self) -> set[str]:
        return {name for name in self.app.main.rooms() if name in (*Pane, "loss", "output")}

    @property
    def commands(self) -> list[Any]:
        return [command for command in self.engine.commands if not isinstance(command, Layout)]

    @property
    def layouts(self) -> list[Layout]:
        return [command for command in self.engine.commands if isinstance(command, Layout)]
