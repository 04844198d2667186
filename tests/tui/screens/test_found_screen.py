"""Before a file without titles runs, what was found in it is shown: a key accepts it, another goes on."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from backprop_tui.engine.debugger.wire.commands import Advance, Unit
from backprop_tui.engine.debugger.wire.looks import Layout
from backprop_tui.engine.program.reading import read
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.screens.found_screen import FoundScreen

from .. import scenes

WIDE, NARROW, TINY = (120, 36), (80, 24), (40, 12)


class Asked:
    """An app over a stand-in engine, opened on a text without titles."""

    def __init__(self, text: str = scenes.PLAIN) -> None:
        self.engine = scenes.FakeEngine(scenes.mid_backward())
        self.app = BackpropApp(read(text, "mine"), self.engine)

    def text(self, name: str) -> str:
        return "\n".join(map(plain, self.app.screen.query_one(f"#found-{name}", Canvas).lines))

    @property
    def steps(self) -> list[object]:
        return [one for one in self.engine.commands if not isinstance(one, Layout)]

    async def press(self, pilot: Pilot[int], *keys: str) -> None:
        await pilot.press(*keys)
        await pilot.pause()


async def test_nothing_is_started_until_a_key_accepts() -> None:
    asked = Asked()
    async with asked.app.run_test(size=WIDE) as pilot:
        assert isinstance(asked.app.screen, FoundScreen)
        assert "iteration: the loop in line 16 · parameters v · loss: line 18" in asked.text("words")
        assert not asked.engine.started
        await asked.press(pilot, "enter")
        assert asked.app.screen is asked.app.main
        assert asked.engine.started


async def test_keys_that_come_with_the_one_that_accepts_go_to_the_program() -> None:
    asked = Asked()
    async with asked.app.run_test(size=WIDE) as pilot:
        await asked.press(pilot, "space", "space", "right")
        assert asked.steps == [Advance(Unit.ITERATION), Advance(Unit.STATEMENT)]


async def test_every_line_has_its_part_beside_it_in_a_word() -> None:
    asked = Asked()
    async with asked.app.run_test(size=WIDE):
        rows = [row.strip("│ ") for row in asked.text("source").splitlines()]
        told = {row.split("▌")[0].strip(): row.split("▌")[1].strip() for row in rows if "▌" in row}
        del told[""]
        assert told == {
            "setup": "1  import torch",
            "parameters": "14  v = torch.ones(3)",
            "loop": "15  for epoch in range(2):",
            "iteration": "16      for x in data:",
            "forward": "17          out = v * x",
            "loss": "18          cost = out.sum()",
            "backward": "19          dout = torch.ones(3)",
            "update": "21          v = v - 0.1 * dv",
            "around": "22      print(epoch)",
        }


async def test_another_place_is_shown_and_accepted_in_its_stead() -> None:
    asked = Asked()
    async with asked.app.run_test(size=WIDE) as pilot:
        assert "place 1 of 2: the loop in line 16" in asked.text("heading")
        assert "n next place" in asked.text("keys")
        await asked.press(pilot, "n")
        assert "place 2 of 2: the loop in line 6" in asked.text("heading")
        assert "loss: line 7 · backward: 8–9" in asked.text("words")
        await asked.press(pilot, "enter")
        assert asked.app.program.found is not None
        assert asked.app.program.found.choice == 1
        assert asked.app.program.loss == "loss"


async def test_the_last_place_is_followed_by_the_first() -> None:
    asked = Asked()
    async with asked.app.run_test(size=WIDE) as pilot:
        before = asked.text("words")
        await asked.press(pilot, "n", "n")
        assert asked.text("words") == before


ADDING = """\
import torch
w = torch.ones(3)
data = [torch.ones(3)]
for epoch in range(2):
    dw = torch.zeros(3)
    for x in data:
        loss = (w * x).sum()
        dw += x
    w = w - dw
for i in range(3):
    loss = w.sum()
    dw = torch.ones(3)
    w = w - dw
"""


async def test_a_place_that_cannot_be_stepped_says_why_and_what_is_shown_stays() -> None:
    asked = Asked(ADDING)
    async with asked.app.run_test(size=WIDE) as pilot:
        await asked.press(pilot, "n")
        assert "place 2, the loop in line 6: dw adds up over the passes" in asked.text("words")
        assert "iteration: the loop in line 10" in asked.text("words")
        await asked.press(pilot, "n")
        assert "adds up" not in asked.text("words")


async def test_with_one_place_alone_no_other_is_offered() -> None:
    asked = Asked("\n".join(scenes.PLAIN.splitlines()[:10]))
    async with asked.app.run_test(size=WIDE) as pilot:
        assert "next place" not in asked.text("keys")
        before = asked.text("source")
        await asked.press(pilot, "n")
        assert asked.text("source") == before


@pytest.mark.parametrize("size", [NARROW, TINY])
async def test_the_source_scrolls_from_its_first_line_to_its_last(size: tuple[int, int]) -> None:
    asked = Asked()
    async with asked.app.run_test(size=size) as pilot:
        await asked.press(pilot, *["up"] * 30)
        assert "import torch" in asked.text("source")
        await asked.press(pilot, *["down"] * 30)
        assert f"{len(scenes.PLAIN.splitlines())}  print(" in asked.text("source")


async def test_on_a_small_screen_the_iteration_is_in_view_at_once() -> None:
    asked = Asked()
    async with asked.app.run_test(size=TINY):
        assert "for x in data" in asked.text("source")
        assert "enter accepts" in asked.text("keys")


async def test_it_is_left_without_anything_having_run() -> None:
    asked = Asked()
    async with asked.app.run_test(size=WIDE) as pilot:
        await asked.press(pilot, "q")
    assert not asked.engine.started
    assert asked.app.return_code == 0


async def test_a_click_on_a_key_does_what_the_key_does() -> None:
    asked = Asked()
    async with asked.app.run_test(size=WIDE) as pilot:
        column = asked.text("keys").index("next place")
        await pilot.click("#found-keys", offset=(column, 0))
        await pilot.pause()
        assert "place 2 of 2" in asked.text("heading")
        await pilot.click("#found-keys", offset=(asked.text("keys").index("accepts"), 0))
        await pilot.pause()
        assert asked.app.screen is asked.app.main


async def test_a_screen_that_grows_is_filled() -> None:
    asked = Asked()
    async with asked.app.run_test(size=TINY) as pilot:
        assert "import torch" not in asked.text("source")
        await pilot.resize_terminal(*WIDE)
        await pilot.pause()
        assert "import torch" in asked.text("source")
        assert "gradients are named dX" in asked.text("words")


async def test_titles_inside_the_loop_leave_nothing_to_ask() -> None:
    text = scenes.PLAIN.replace("        out = v", "        # %% forward\n        out = v")
    asked = Asked(text.replace("        dout =", "        # %% backward\n        dout ="))
    async with asked.app.run_test(size=WIDE):
        assert asked.app.screen is asked.app.main
