"""The loss pane: a curve that can be read, whatever the losses are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from backprop_tui.engine.debugger.histories.loss_history import LossHistory
from backprop_tui.engine.debugger.wire.curve import Columns
from backprop_tui.engine.debugger.wire.frame import Frame, Status
from backprop_tui.tui.drawing.box import Room
from backprop_tui.tui.drawing.glyphs import has_braille
from backprop_tui.tui.drawing.line import Line, cells, plain
from backprop_tui.tui.drawing.plot import ASCII, BRAILLE, Pen, plot, scale_of
from backprop_tui.tui.panes import loss
from backprop_tui.tui.panes.loss import curve_dots, paint_loss

from .. import scenes

WIDE = Room(120, 5)


def text(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def styles_of(lines: list[Line], words: str) -> set[str]:
    return {run.style for line in lines for run in line if words in run.text}


def painted(losses: Sequence[float], room: Room = WIDE) -> list[Line]:
    curve = LossHistory(losses).curve(curve_dots(room.width))
    return paint_loss(Frame(0, Status("p"), losses=curve), room)


def starts_at(line: Line) -> int:
    """The first column in which the line of the curve is."""
    return next(at for at, (text, style) in enumerate(cells(line)) if style == "accent" and text != " ")


def drawn(points: tuple[float, ...], rows: int, pen: Pen) -> list[str]:
    scale = scale_of(Columns(points), min(points), max(points))
    rows_drawn = plot(Columns(points), scale, rows, len(points) // pen.wide, pen)
    return ["".join(run.text for run in row) for row in rows_drawn]


def test_first_last_highest_and_lowest_are_written() -> None:
    lines = paint_loss(scenes.mid_backward(), WIDE)
    shown = text(lines)
    assert "13 iterations · first 2.340 · lowest 0.001377 · log" in shown
    assert plain(lines[1]).startswith("│     2.340 ⠉")
    assert plain(lines[3]).startswith("│  0.001377  ")
    assert "⣀ 0.001377 " in plain(lines[3])


@pytest.mark.parametrize(
    ("loss", "words"),
    [(None, "The loss of each iteration appears here."), (1.97, "once its iteration is complete.")],
)
def test_before_an_iteration_is_complete_it_says_what_comes(loss: float | None, words: str) -> None:
    assert words in text(paint_loss(Frame(0, Status("p", loss=loss)), WIDE))


@pytest.mark.parametrize("rows", [1, 3, 7])
def test_one_loss_stands_on_either_side_of_its_dot(rows: int) -> None:
    lines = painted([0.5], Room(120, rows + 2))[1:-1]
    assert [plain(line).count("0.5000") for line in lines if "0.5000" in plain(line)] == [2]


def test_losses_that_are_not_finite_are_marked_and_counted() -> None:
    lines = paint_loss(scenes.not_a_number(), WIDE)
    assert styles_of(lines, "×××") == {"warn"}
    assert "× 3 not finite" in text(lines)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_curve_of_nothing_finite_is_drawn(bad: float) -> None:
    assert "××" in text(painted((bad, bad)))


def test_one_nan_among_many_losses_is_marked_in_its_place() -> None:
    row = plain(painted([1.0] * 9_999 + [math.nan] + [1.0] * 10_000)[3])
    assert row.count("×") == 1
    assert abs(row.index("×") - (11 + curve_dots(120) // 4)) <= 1


def test_a_line_runs_through_every_dot_from_the_lowest_row_to_the_highest() -> None:
    assert drawn((0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0), 2, BRAILLE) == ["  ⡠⠊", "⡠⠊  "]
    assert drawn((0.0, 1.0, 2.0, 3.0, 4.0, 5.0), 2, ASCII) == ["   _-'", "_-'   "]


def test_a_leap_is_drawn_without_a_gap() -> None:
    assert drawn((0.0, 0.0, 7.0, 7.0), 2, BRAILLE) == [" ⡏", "⣀⠇"]


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_any_span_of_losses_is_drawn(scale: float) -> None:
    assert drawn((-scale, -scale, 0.0, scale), 1, BRAILLE) == drawn((-1.0, -1.0, 0.0, 1.0), 1, BRAILLE)


def test_what_a_column_spans_is_quiet_and_its_mean_is_loud() -> None:
    columns = Columns((1.0, 1.0), (0.0, 0.0), (8.0, 8.0))
    rows = plot(columns, scale_of(columns, 0.0, 8.0), 3, 1, BRAILLE)
    assert [[(run.text, run.style) for run in row] for row in rows] == [
        [("⣿", "faint")],
        [("⣿", "faint")],
        [("⠤", "accent")],
    ]


def test_noise_is_told_from_trend_at_a_hundred_thousand_iterations() -> None:
    losses = [3 - n / 50_000 + (0.5 if n % 2 else -0.5) for n in range(100_000)]
    lines = painted(losses, Room(120, 9))
    for line in lines[2:-2]:
        assert {"accent", "faint"} <= {run.style for run in line}


@pytest.mark.parametrize("iterations", [10, 1_000, 100_000])
def test_a_fall_is_seen_however_many_iterations_there_are(iterations: int) -> None:
    lines = painted([1.0 + 9 * math.exp(-5 * n / iterations) for n in range(iterations)])
    columns = [starts_at(line) for line in lines[1:4]]
    assert columns == sorted(set(columns))
    assert f"{iterations} iterations" in plain(lines[0])


def test_log_scale_only_where_the_span_is_large() -> None:
    assert " log " not in text(painted((1.0, 50.0)))
    assert " log " in text(painted((1.0, 500.0)))
    assert " log " not in text(painted((-1.0, 500.0)))


def test_a_loss_of_zero_leaves_the_rest_on_its_log_scale() -> None:
    shown = text(painted([30 * 0.9**n for n in range(300)] + [0.0] * 20))
    assert " log " in shown
    assert "lowest 0 " in shown


def test_where_there_is_no_braille_the_curve_is_of_letters_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss, "pen", lambda: ASCII)
    curve = LossHistory([1.0 / (1 + n) for n in range(40)] + [math.nan]).curve(90)
    lines = paint_loss(Frame(0, Status("p"), losses=curve), WIDE)
    shown = "".join(run.text for line in lines for run in line if run.style in ("accent", "warn", "faint"))
    assert shown.isascii()
    assert "x" in shown


@pytest.mark.parametrize(
    ("term", "braille"), [("xterm-256color", True), ("linux", False), ("vt220", False), ("", True)]
)
def test_braille_is_for_terminals_that_have_it(
    monkeypatch: pytest.MonkeyPatch, term: str, braille: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    assert has_braille.__wrapped__() is braille


def test_a_curve_that_was_made_for_a_wider_screen_leaves_room_for_the_last_loss() -> None:
    curve = LossHistory([float(n % 7) for n in range(3000)] + [3.5]).curve(400)
    lines = paint_loss(Frame(0, Status("p"), losses=curve), Room(80, 5))
    assert any(plain(line).rstrip("│ ").endswith(" 3.500") for line in lines)
