"""The real screen over a real engine, and a file that somebody saves beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.process.child import Child
from backprop_tui.engine.process.kept.keeping import Keeping
from backprop_tui.engine.process.remote_engine import RemoteEngine
from backprop_tui.engine.program.library import load
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.line import plain

SIZE = (120, 36)
TEXT = """\
# %% setup
import torch
x = torch.linspace(-1, 1, 12).reshape(4, 3)
y = torch.tensor([1.0, -1.0, 0.5, 2.0])
# %% parameters
w = torch.randn(3)
b = torch.zeros(1)
# %% forward
z = x @ w + b
h = torch.tanh(z)
e = h - y
loss = (e**2).mean()
# %% backward
de = 2 * e / 4
dh = 1 * de
dz = dh * (1 - h**2)
dw = x.T @ dz
db = dz.sum(0, keepdim=True)
# %% update
w = w - 0.1 * dw
b = b - 0.1 * db
"""
WRONG = TEXT.replace("(1 - h**2)", "(1 + h**2)")


def renamed_over(path: Path, text: str) -> None:
    """As most editors save: what is new takes the name."""
    beside = path.with_name(f".{path.name}.swp~")
    beside.write_text(text)
    os.replace(beside, path)


def in_pieces(path: Path, text: str) -> None:
    """Emptied, then written in two parts."""
    with path.open("w") as stream:
        stream.write(text[: len(text) // 2])
        stream.flush()
        stream.write(text[len(text) // 2 :])


def gone_and_back(path: Path, text: str) -> None:
    """The old file moves away first."""
    path.rename(path.with_suffix(".bak"))
    path.write_text(text)


def moved_there(path: Path, text: str) -> None:
    """Written in another folder first."""
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / path.name).write_text(text)
    shutil.move(elsewhere / path.name, path)


def plainly(path: Path, text: str) -> None:
    """Written where it is."""
    path.write_text(text)


WAYS = (plainly, renamed_over, in_pieces, gone_and_back, moved_there)


class Desk:
    """The app and its file."""

    def __init__(self, pilot: Pilot[int], app: BackpropApp, path: Path) -> None:
        self.pilot, self.app, self.path = pilot, app, path

    @property
    def frame(self) -> Frame:
        return self.app.main.frame

    @property
    def notes(self) -> str:
        return "\n".join(self.frame.notes)

    def shown(self, name: str) -> str:
        return "\n".join(plain(line) for line in self.app.main.canvas(name).lines)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for it; what never comes is found by whoever ends tests that take too long."""
        while not (holds() and self._at_rest()):
            if self.app._exception is not None:
                raise self.app._exception
            await self.pilot.pause(0.005)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.until(lambda: True)

    async def save(self, text: str, way: Callable[[Path, str], None] = plainly) -> None:
        """Save another text, and wait until the screen has it."""
        way(self.path, text)
        await self.until(lambda: self._reads(text))

    def _reads(self, text: str) -> bool:
        program = self.frame.file.program
        return program is not None and program.text == text and not self.frame.file.behind

    def _at_rest(self) -> bool:
        status = self.frame.status
        works = status.running or status.line_check_due or status.loading
        return self.frame.handled == self.app.main.link.sent and not works


@asynccontextmanager
async def at_desk(path: Path, text: str, choice: int = 0) -> AsyncIterator[Desk]:
    """The screen on a file with this text."""
    path.write_text(text)
    program = load(str(path), choice=choice)
    app = BackpropApp(program, lambda on_frame: RemoteEngine(Keeping(None, program, 0), on_frame, Child()))
    async with app.run_test(size=SIZE) as pilot:
        desk = Desk(pilot, app, path)
        if app.screen is not app.main:
            await pilot.press("enter")
        await desk.until(lambda: True)
        try:
            yield desk
        finally:
            app.main.link.stop()
