"""The line above the panes: whole where it fits, in more rows where it does not, gone without a reason."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.app import App

from backprop_tui.engine.debugger.wire.frame import Attention, Frame
from backprop_tui.engine.debugger.wire.looks import Attend
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import plain, width_of
from backprop_tui.tui.panes.attention import paint_attention
from backprop_tui.tui.panes.program import paint_program
from backprop_tui.tui.panes.source import source_of

from .. import scenes

WORDS = "line 89, dprobs: multiplied by probs where it is to be divided"
ONE = Attention(Verdict.WRONG_HERE, 89, WORDS, 1, 2, True)


def lines(one: Attention | None, width: int = 120) -> list[str]:
    painted = paint_attention(replace(scenes.mid_backward(), attention=one), width)
    assert all(width_of(line) <= width for line in painted)
    return [plain(line) for line in painted]


def test_it_says_what_how_many_and_which_key_goes_on() -> None:
    assert lines(ONE) == [f" ✗ {WORDS} · 1 of 2 · n next"]
    assert lines(replace(ONE, total=1)) == [f" ✗ {WORDS}"]
    assert lines(replace(ONE, total=1, here=False)) == [f" ✗ {WORDS} · n shows it"]
    assert lines(None) == []


@pytest.mark.parametrize(
    ("verdict", "sign"), [(None, "!"), (Verdict.NOT_WRITTEN, "…"), (Verdict.WRONG_SHAPE, "≠")]
)
def test_every_kind_has_its_sign(verdict: Verdict | None, sign: str) -> None:
    assert lines(replace(ONE, verdict=verdict))[0].startswith(f" {sign} line 89")


def test_where_there_is_less_room_the_count_goes_and_then_the_key_and_no_word_of_the_reason() -> None:
    assert lines(ONE, 80) == [f" ✗ {WORDS} · n next"]
    assert lines(ONE, 68) == [f" ✗ {WORDS}"]
    assert " ".join(" ".join(lines(ONE, 40)).split()).startswith(f"✗ {WORDS}")


def test_what_is_longer_than_three_narrow_rows_is_cut_with_a_sign() -> None:
    rows = lines(replace(ONE, text="word " * 100), 40)
    assert len(rows) == 3
    assert rows[-1].endswith("…")


def test_no_text_of_a_program_is_obeyed() -> None:
    assert "\x1b" not in lines(replace(ONE, text="line 1, dx: a[/]b \x1b[2J"))[0]


def test_the_line_at_which_the_panes_stand_is_kept_in_view_before_the_current_one() -> None:
    source = source_of(scenes.program())
    frame = replace(scenes.after_iteration(), attention=replace(ONE, line=18))

    def rows(frame: Frame) -> list[str]:
        return [plain(line) for line in paint_program(source, frame, Room(60, 10))]

    assert any(" 18 " in row for row in rows(frame))
    assert not any(" 18 " in row for row in rows(replace(frame, attention=None)))


async def test_it_takes_a_row_only_while_there_is_something_to_say_and_can_be_clicked() -> None:
    engine = scenes.FakeEngine(scenes.wrong(), scenes.mid_backward())
    app: App[int] = BackpropApp(scenes.program(), engine)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "attention" in app.main.rooms()  # type: ignore[attr-defined]
        await pilot.click("#attention", offset=(5, 0))
        await pilot.pause()
        assert Attend(1) in engine.commands
        assert "attention" not in app.main.rooms()  # type: ignore[attr-defined]
