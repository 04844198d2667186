"""The tensors pane: whole words, columns that stand still, clicks."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.frame import (
    Frame,
    Status,
    Summary,
    TensorRow,
)
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.line import Line, plain
from backprop_tui.tui.drawing.verdict_signs import SIGNS
from backprop_tui.tui.panes.tensors import paint_tensors

from .. import scenes

ROOM = Room(60, 20)


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def styles_of(lines: list[Line], words: str) -> set[str]:
    return {run.style for line in lines for run in line if words in run.text}


def test_a_row_says_name_shape_value_gradient_check_and_maxdiff() -> None:
    rows = text(paint_tensors(scenes.wrong(), Room(68, 14))).splitlines()
    (row,) = [row for row in rows if "▸" in row]
    assert row.split() == [
        *("│", "✗▸", "difference", "[4]", "-0.062…0.0130", "-0.031…0.0065", "wrong", "0.062"),
        "│",
    ]


def test_columns_stand_still_when_values_change() -> None:
    def row(low: float, high: float) -> str:
        value = Summary((4,), "float32", low, high)
        tensor = TensorRow("x", "data", value, None, Verdict.EXACT, 0.0, False, False)
        return plain(paint_tensors(Frame(0, Status("p"), tensors=(tensor,)), Room(68, 5))[2])

    rows = [row(-1.5, 2.0), row(1e-7, 1e12), row(0.0, 12345.0)]
    assert len({line.index("exact") for line in rows}) == 1
    assert len({line.index("…") for line in rows}) == 1


def test_a_gradient_that_passes_although_its_line_is_wrong_is_hidden() -> None:
    value = Summary((4,), "float32", 0.0, 1.0)
    row = TensorRow("x", "data", value, value, Verdict.CLOSE, 1e-9, False, False, hidden=True)
    shown = text(paint_tensors(Frame(0, Status("p"), tensors=(row,)), Room(68, 5)))
    assert "✗" in shown
    assert "hidden" in shown


def test_a_click_on_a_row_selects_its_tensor() -> None:
    lines = paint_tensors(scenes.mid_backward(), Room(68, 14))
    clicks = {run.click for run in lines[2] if run.click}
    assert clicks == {SelectName("W1")}


def test_what_is_not_in_view_is_counted() -> None:
    frame = replace(scenes.mid_backward(), tensors_top=3, tensors_total=27)
    assert "4–10 of 27" in text(paint_tensors(frame, Room(68, 14)))


def test_before_there_are_tensors_the_pane_says_what_comes() -> None:
    assert "appear here" in text(paint_tensors(scenes.initial(), Room(68, 14)))


def test_every_verdict_has_its_own_word_or_sign() -> None:
    assert set(SIGNS) == set(Verdict)
    assert len({(sign.mark, sign.words) for sign in SIGNS.values()}) == len(Verdict)


@pytest.mark.parametrize("width", [52, 68, 80, 100])
@pytest.mark.parametrize("verdict", [Verdict.WRONG_HERE, Verdict.INHERITED, Verdict.CLOSE])
def test_the_word_of_a_verdict_is_whole(width: int, verdict: Verdict) -> None:
    value = Summary((32, 48), "float32", -1.5, 2.0)
    row = TensorRow("hprebn", "intermediate", value, value, verdict, 0.02851, False, False)
    shown = text(paint_tensors(Frame(0, Status("p"), tensors=(row,)), Room(width, 5)))
    assert f" {SIGNS[verdict].word} " in shown


@pytest.mark.parametrize(("name", "sizes"), [("counts_sum_inv", (32, 1)), ("difference_squared", (4,))])
def test_a_long_name_has_its_shape_and_a_verdict_whole_beside_it(name: str, sizes: tuple[int, ...]) -> None:
    value = Summary(sizes, "float32", -1.5, 2.0)
    row = TensorRow(name, "intermediate", value, value, Verdict.WRONG_SHAPE, 0.5, False, False)
    shown = text(paint_tensors(Frame(0, Status("p"), tensors=(row,)), Room(69, 5)))
    assert f" {name} [{' '.join(map(str, sizes))}] " in shown
    assert " wrong shape " in shown
    assert shown.partition(" check")[2].split()[0] == "diff"


def test_a_name_without_end_takes_the_place_of_its_shape() -> None:
    value = Summary((32, 1), "float32", -1.5, 2.0)
    row = TensorRow(
        "counts_sum_inverted_twice", "intermediate", value, value, Verdict.EXACT, 0.0, False, False
    )
    shown = text(paint_tensors(Frame(0, Status("p"), tensors=(row,)), Room(69, 5)))
    assert " counts_sum_inverted_t… " in shown
    assert "[32" not in shown


def test_without_an_inspector_in_view_the_title_says_what_is_wrong_and_what_opens_it() -> None:
    frame = scenes.wrong()
    inspector = replace(frame.inspector, sentence="wrong here, line 20")
    frame = replace(frame, inspector=inspector, attention=None)
    alone = text(paint_tensors(frame, Room(80, 8), alone=True)).splitlines()[0]
    assert "✗ difference: wrong here, line 20 · enter opens it" in alone
    assert "enter" not in text(paint_tensors(frame, Room(80, 8)))


def test_the_title_does_not_repeat_what_stands_above_the_panes() -> None:
    (title, *_) = paint_tensors(scenes.wrong(), Room(80, 8), alone=True)
    assert "tensors · ✗ difference · enter opens it" in plain(title)


@pytest.mark.parametrize("word", ["nan", "inf", "-inf"])
def test_a_number_that_is_not_finite_is_written_as_it_is(word: str) -> None:
    value = Summary((), "float32", not_finite=1, text=word)
    row = TensorRow("loss", "loss", value, None, None, None, False, False)
    shown = text(paint_tensors(Frame(0, Status("p"), tensors=(row,)), Room(68, 5)))
    assert f" {word} " in shown
    assert "finite" not in shown
