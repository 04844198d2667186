"""A monkey at the keyboard: whatever it does, the screen shows what a session that did the same shows."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual import events
from textual.geometry import Size
from textual.pilot import Pilot

from backprop_tui.engine.debugger import moving
from backprop_tui.engine.debugger.wire.commands import Command
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.process.child import Child
from backprop_tui.engine.process.kept.keeping import Keeping
from backprop_tui.engine.process.remote_engine import RemoteEngine
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.panes.all_panes import paint
from backprop_tui.tui.panes.source import source_of

from .acts import Act, Click, Pasted, Press, Saved, Sized, Wheel, act
from .checked import comparable, misjudged
from .mirror import Mirror

SIZE = (120, 36)
ACTS = 100
TEXT = """\
# %% [markdown]
# # A little of everything
# %% setup
import torch
X = torch.linspace(-1, 1, 24).reshape(2, 4, 3)
y = torch.tensor([[0.5, -0.5]])
# %% parameters
W = torch.randn(3, 2)
b = torch.zeros(2)
# %% forward
print("iteration", iteration)
a = X @ W
h = a + b
t = torch.tanh(h)
e = t - y
if iteration == 9: raise ValueError("nine [/] is too many")
loss = (e ** 2).mean()
# %% backward
de = 2 * e / e.numel()
dt = 1 * de
dh = dt * (1 + t * t)
da = dh
db = ...
dW = torch.einsum("nij,nik->jk", X, da)
# %% update
W -= 0.1 * dW
b -= 0.1 * torch.ones(2)
print("updated")
"""


class Watched(RemoteEngine):
    """The engine, and what was asked of it since somebody looked."""

    def __init__(self, program: Program, on_frame: Callable[[], None]) -> None:
        self.looks = False
        super().__init__(Keeping(None, program, 0), on_frame, Child())
        self.commands: list[Command] = []

    def send(self, command: Command) -> None:
        """Note it, and send it: in one go, as saves are told on a thread of their own."""
        with self._lock:
            self.commands.append(command)
            super().send(command)

    def taken(self) -> list[Command]:
        """What was asked since somebody took it."""
        with self._lock:
            commands, self.commands = self.commands, []
        return commands

    def _look(self) -> None:
        self.looks = True
        super()._look()
        self.looks = False

    def has_seen(self, path: Path) -> bool:
        """Whether the file is known as it is now."""
        return not self.looks and self._file.has_seen(path)


class Monkey:
    """Does things to an app, and looks at it."""

    def __init__(self, pilot: Pilot[int], app: BackpropApp, program: Program, path: Path, seed: int) -> None:
        self.pilot, self.app = pilot, app
        self.chance = random.Random(seed)
        self.path = path
        (path.parent / "mirror").mkdir()
        self.mirror = Mirror(program, path.parent / "mirror" / path.name)
        self.cancelled = False

    async def step(self) -> Act:
        """Do one thing, and wait until its consequences are there."""
        self.cancelled = False
        done = act(self.chance, (self.app.size.width, self.app.size.height))
        self._do(done)
        await self._let_mirror_follow()
        return done

    async def _let_mirror_follow(self) -> None:
        await self.rest()
        engine = self.app.main.link
        assert isinstance(engine, Watched)
        self.mirror.follow(engine.taken(), self.app.main.frame, stopped=self.cancelled)

    async def rest(self) -> None:
        """Wait until nothing is at work; a run is stopped once it has come on a little."""
        begun: int | None = None
        quiet = 0
        while quiet < 2:
            await self.pilot.pause(0.001)
            self._raise_what_broke()
            frame = self.app.main.frame
            if frame.status.running:
                begun = frame.complete if begun is None else begun
                if frame.complete > begun:
                    self.app.main.action_cancel()
                    self.cancelled = True
            quiet = quiet + 1 if self._is_at_rest(frame) else 0

    def _save(self, way: str, text: str) -> None:
        match way:
            case "plainly":
                self.path.write_text(text)
            case "renamed":
                beside = self.path.with_suffix(".new")
                beside.write_text(text)
                os.replace(beside, self.path)
            case "touched" if self.path.exists():
                self.path.touch()
            case "vanished":
                self.path.unlink(missing_ok=True)

    async def comes_to_agree(self) -> bool:
        """Whether screen and session show the same, at the latest once what was still on its way has come."""
        for _ in range(200):
            if not self.disagreement():
                return True
            await self.pilot.pause(0.01)
            await self._let_mirror_follow()  # a key may have been on its way
        return False

    def disagreement(self) -> str:
        """What stands on the screen that the other session would not show.

        Whether a run that was cancelled says `stopped` depends on where the cancel found it.
        """
        main, frame = self.app.main, self.mirror.frame
        shown = main.frame.file
        assert shown.program is not None
        behind = frame.file.behind or bool(shown.problem)
        file = replace(frame.file, problem=shown.problem, behind=behind)
        # how often watches were looked at is chance
        frame = replace(frame, watches=main.frame.watches, file=file)
        for name, lines in paint(source_of(shown.program), frame, main.rooms(), main.looks).items():
            seen, expected = (_text(lines) for lines in (main.canvas(name).lines, lines))
            if seen != expected and not (name == "notes" and self.cancelled):
                return f"{name} shows\n{seen}\ninstead of\n{expected}"
        return ""

    def misjudged(self) -> str:
        """What the screen says of gradients and `check` does not, where it is about the same iteration."""
        frame = self.app.main.frame
        program = frame.file.program
        if program is None or not comparable(frame):
            return ""
        return misjudged(program, frame)

    def _is_at_rest(self, frame: Frame) -> bool:
        status = frame.status
        works = status.running or status.line_check_due or status.loading
        engine = self.app.main.link
        assert isinstance(engine, Watched)
        return engine.has_seen(self.path) and frame.handled == engine.sent and not works

    def _raise_what_broke(self) -> None:
        if self.app._exception is not None:
            raise self.app._exception

    def _do(self, done: Act) -> None:
        driver = self.app._driver
        assert driver is not None
        match done:
            case Press(key):
                driver.process_message(events.Key(key, key if len(key) == 1 else None))
            case Click(down, up):
                driver.process_message(_mouse(events.MouseDown, down, 1))
                driver.process_message(_mouse(events.MouseUp, up, 1))
            case Wheel(place, by):
                kind = events.MouseScrollDown if by > 0 else events.MouseScrollUp
                driver.process_message(_mouse(kind, place, 0))
            case Pasted(text):
                driver.process_message(events.Paste(text))
            case Saved(way, edit):
                self._save(way, TEXT.replace(*edit) if edit[0] else TEXT)
            case Sized(columns, rows):
                size = Size(columns, rows)
                driver._size = size  # type: ignore[attr-defined]
                driver.process_message(events.Resize(size, size))


async def stay(app: BackpropApp) -> None:
    """What is asked to quit goes on: the monkey has more to do."""


def _mouse(kind: type[events.MouseEvent], place: tuple[int, int], button: int) -> events.MouseEvent:
    x, y = place
    return kind(None, x, y, 0, 0, button, False, False, False, screen_x=x, screen_y=y)


def _text(lines: object) -> str:
    return "\n".join(plain(line).rstrip() for line in lines)  # type: ignore[attr-defined]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """300 acts; 20,000 where there is time."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(200 if metafunc.config.getoption("soak") else 3))


async def test_after_each_act_the_screen_agrees_with_the_session(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BackpropApp, "action_quit", stay)
    monkeypatch.setattr(moving, "_AT_ONCE", 0.0)  # how far the mirror comes is not for the clock to say
    path = tmp_path / "program.py"
    path.write_text(TEXT)
    program = load(str(path))
    app = BackpropApp(program, lambda on_frame: Watched(program, on_frame))
    done: list[Act] = []
    async with app.run_test(size=SIZE) as pilot:
        monkey = Monkey(pilot, app, program, path, seed)
        await monkey.rest()
        for _ in range(ACTS):
            done.append(await monkey.step())
            assert await monkey.comes_to_agree(), f"{monkey.disagreement()}\nafter {done[-12:]}"
            assert not monkey.misjudged(), f"{monkey.misjudged()}\nafter {done[-12:]}"
