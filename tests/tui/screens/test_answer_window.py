"""The window with explanations and hints: it opens with an answer, goes on, writes only when asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from backprop_tui.engine.debugger.wire.commands import Ask, TakeBack
from backprop_tui.engine.debugger.wire.looks import Layout
from backprop_tui.engine.program.library import load
from backprop_tui.engine.tutor.answer import Answer, Asked, Told
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.screens.answer_window import AnswerWindow

from .. import scenes
from .stepped import Stepped

WRONG = """# %% setup
import torch
x = torch.randn(10, 3)
# %% parameters
w = torch.randn(3, 4)
# %% forward
h = torch.tanh(x @ w)
loss = (h ** 2).mean()
# %% backward
dh = 3 * h / h.numel()
dw = x.T @ (dh * (1 - h * h))
"""


def answer(number: int, asked: Asked, *lines: str, writable: bool = False) -> Answer:
    return Answer(number, asked, "dh", tuple(Told(line) for line in lines), writable)


def staged(*answers: Answer | None) -> tuple[BackpropApp, list[object]]:
    frames = [replace(scenes.mid_backward(), answer=one) for one in (None, *answers)]
    engine = scenes.FakeEngine(*frames)
    return BackpropApp(scenes.program(), engine), engine.commands


def asked(sent: list[object]) -> list[object]:
    return [one for one in sent if not isinstance(one, Layout)]


async def ready(pilot: Pilot[int], sent: list[object]) -> None:
    """The screen has told its size, so that the engine runs and answers."""
    for _ in range(100):
        await pilot.pause(0.01)
        if sent:
            return


def shown(app: BackpropApp) -> str:
    assert isinstance(app.screen, AnswerWindow)
    return "\n".join(map(plain, app.screen.query_one(Canvas).lines))


async def test_no_notice_covers_an_answer() -> None:
    app, sent = staged(answer(1, Asked.HINT, "h is used once"))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await ready(pilot, sent)
        app.notify("12 gradients to be written")
        await pilot.press("h")
        await pilot.pause()
        assert "h is used once" in shown(app)
        assert not app.screen.query(Toast)


async def test_an_answer_opens_the_window_and_the_next_replaces_it() -> None:
    first = answer(1, Asked.HINT, "h is used once")
    app, sent = staged(first, answer(2, Asked.HINT, "tanh: one minus its square"))
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, sent)
        await pilot.press("h")
        await pilot.pause()
        assert "h is used once" in shown(app)
        await pilot.press("h")
        await pilot.pause()
        assert "one minus its square" in shown(app)
        assert "h is used once" not in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main
    assert asked(sent) == [Ask(Asked.HINT), Ask(Asked.HINT)]


async def test_a_closed_answer_stays_closed_when_frames_go_on() -> None:
    one = answer(1, Asked.EXPLANATION, "made by line 3")
    app, sent = staged(one, one)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, sent)
        await pilot.press("x")
        await pilot.pause()
        shown(app)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("space")
        await pilot.pause()
        assert app.screen is app.main


async def test_what_was_written_is_taken_back_in_the_window_that_says_so() -> None:
    offer = answer(1, Asked.LINE, "write dh into mine.py?", writable=True)
    wrote = replace(answer(2, Asked.WRITTEN, "dh is written"), can_be_taken_back=True)
    app, sent = staged(offer, wrote)
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, sent)
        await pilot.press("W")
        await pilot.pause()
        assert "u takes it back" not in shown(app)
        await pilot.press("u")
        assert asked(sent) == [Ask(Asked.LINE)]
        await pilot.press("enter")
        await pilot.pause()
        assert "u takes it back · escape closes" in shown(app)
        await pilot.press("u")
        await pilot.pause()
        assert app.screen is app.main
    assert asked(sent) == [Ask(Asked.LINE), Ask(Asked.WRITTEN), TakeBack()]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_nothing_of_the_footer_is_left_beside_the_window(size: tuple[int, int]) -> None:
    app, sent = staged(answer(1, Asked.HINT, "h is used once"))
    async with app.run_test(size=size) as pilot:
        await ready(pilot, sent)
        await pilot.press("h")
        await pilot.pause()
        assert isinstance(app.screen, AnswerWindow)
        region = app.screen.query_one(Canvas).region
        assert (region.x, region.right, region.bottom) == (0, *size)


async def test_an_answer_that_is_called_off_opens_no_window() -> None:
    app, sent = staged(None, answer(1, Asked.HINT, "h is used once"), answer(2, Asked.HINT, "tanh"))
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, sent)
        await pilot.press("h")
        await pilot.press("escape")
        await pilot.press("space")
        await pilot.pause()
        assert app.main.frame.answer is not None
        assert app.screen is app.main
        await pilot.press("h")
        await pilot.pause()
        assert "tanh" in shown(app)


async def test_enter_writes_only_what_was_offered() -> None:
    offer = answer(1, Asked.LINE, "write dh into mine.py?", writable=True)
    app, sent = staged(offer, answer(2, Asked.WRITTEN, "dh is written"))
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, sent)
        await pilot.press("W")
        await pilot.pause()
        assert "enter writes it" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "dh is written" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is app.main
    assert asked(sent) == [Ask(Asked.LINE), Ask(Asked.WRITTEN)]


async def test_long_answers_wrap_and_scroll_on_a_small_terminal() -> None:
    words = " ".join(f"word{at}" for at in range(200))
    app, sent = staged(answer(1, Asked.EXPLANATION, words, "the end"))
    async with app.run_test(size=(40, 12)) as pilot:
        await ready(pilot, sent)
        await pilot.press("x")
        await pilot.pause()
        assert "word0" in shown(app)
        assert "the end" not in shown(app)
        for _ in range(10):
            await pilot.press("pagedown")
        assert "the end" in shown(app)


@pytest.mark.parametrize(
    ("kind", "more", "keys"),
    [
        (Asked.HINT, True, "h a little more · x explains · escape closes"),
        (Asked.HINT, False, "x explains · escape closes"),
        (Asked.EXPLANATION, True, "h a hint · escape closes"),
        (Asked.EXPLANATION, False, "escape closes"),
        (Asked.LINE, True, "escape closes"),
    ],
)
def test_a_hint_is_offered_where_it_would_say_more(kind: Asked, more: bool, keys: str) -> None:
    one = Answer(1, kind, "dh", (Told("h is used once"),), more=more)
    assert AnswerWindow(one, lambda command: None).keys() == keys


async def test_a_line_that_is_written_and_taken_back_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(WRONG)
    program = load(str(path))
    app = BackpropApp(program, Stepped(program))
    async with app.run_test(size=(120, 36)) as pilot:
        for key in ("space", "n", "W", "enter"):
            await pilot.press(key)
            await pilot.pause()
        assert "dh is written into net.py" in shown(app)
        assert path.read_text() != WRONG
        await pilot.press("u")
        await pilot.pause()
        assert app.main.frame.notes == ("dh is taken out of net.py again",)
    assert path.read_text() == WRONG
