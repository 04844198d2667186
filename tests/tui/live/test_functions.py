"""Lines of functions on the screen: hinted at, explained, written by key, and saved by somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from .desk import Desk, at_desk

LAYERS = (Path(__file__).parents[2] / "programs" / "real" / "affine_layers.py").read_text()
WRONG = LAYERS.replace("db = dout.sum(0)", "db = dout.sum()")
BODY = LAYERS[LAYERS.index("    x, w, b = cache") : LAYERS.index("def relu_forward")]
STUB = LAYERS.replace(BODY, "    ...\n\n")


async def _answered(desk: Desk, key: str) -> str:
    before = desk.frame.answer
    await desk.pilot.press(key)
    await desk.until(lambda: desk.frame.answer is not None and desk.frame.answer is not before)
    assert desk.frame.answer is not None
    return "\n".join(told.text for told in desk.frame.answer.lines)


async def test_hints_and_explanations_speak_the_names_of_the_function(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "layers.py", WRONG) as desk:
        await desk.press("space")

        told = [await _answered(desk, key) for key in ("h", "h", "h", "h", "h", "x")]

        assert told[0].startswith("db in affine_backward, hint 1 of 5\nb is used once")
        assert "line 10 makes out of it, through sum" in told[0]
        assert "db has the shape of b: [3]" in told[2]
        assert "the 1st of 2 calls of affine_backward, line 42" in told[2]
        assert told[3].splitlines()[1:] == ["db = dout.____"]
        assert told[4].splitlines()[1:] == ["db = dout.sum(0)"]
        assert "used by line 10: out = x @ w + b" in told[5]
        assert "  db += dout.sum(0)" in told[5].splitlines()
        assert "ꞏ" not in "".join(told)


@pytest.mark.parametrize(
    ("text", "begin", "becomes"),
    [(WRONG, "write db in affine_backward", LAYERS), (STUB, "write the body of affine_backward", "")],
)
async def test_what_is_written_into_a_function_is_there_at_once_and_taken_back(
    tmp_path: Path, text: str, begin: str, becomes: str
) -> None:
    async with at_desk(tmp_path / "layers.py", text) as desk:
        await desk.press("space")
        assert (await _answered(desk, "W")).startswith(begin)
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.frame.file.number == 1 and "18 of 18" in desk.notes)
        assert not desk.frame.file.behind
        assert "db in affine_backward" in desk.notes
        assert desk.path.read_text() == becomes or not becomes
        await desk.press("escape", "u")
        await desk.until(lambda: desk.frame.file.number == 2)
        assert desk.path.read_text() == text


async def test_a_saved_line_of_a_function_goes_on_from_where_the_screen_is(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "layers.py", WRONG) as desk:
        await desk.press("space", "space")
        longer = LAYERS.replace("    db = dout", "    # over the rows\n    db = dout")
        await desk.save(longer)
        await desk.until(lambda: not desk.frame.status.wrong)
        assert desk.frame.status.iteration == 1
        assert "right" in desk.notes
        assert "ꞏ" not in desk.notes


async def test_a_function_that_is_called_as_such_begins_anew(tmp_path: Path) -> None:
    """Its lines are not those of the iteration: what has run ran with the old ones."""
    called = WRONG.replace("loss = ((out", "extra = relu_forward(a1)[0].detach()\nloss = ((out")
    called = called.replace("return x.clamp(min=0), x", "return x.clamp(min=0.0), x")
    looped = called.replace("extra = ", "for _ in range(2):\n    extra = ")
    async with at_desk(tmp_path / "layers.py", looped) as desk:
        await desk.press("space")
        desk.path.write_text(looped.replace("clamp(min=0.0)", "clamp(min=0.5)"))
        await desk.until(lambda: desk.frame.file.behind)
        assert "setup changed" in "\n".join(desk.frame.file.words)
