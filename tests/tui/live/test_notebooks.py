"""A notebook that somebody saves while it is stepped, and what is written into it by key."""

from __future__ import annotations

import json
from pathlib import Path

from .desk import Desk, at_desk, renamed_over

SETUP = ["import torch\n", "x = torch.tensor([1.0, 2.0, 3.0, 4.0])\n", "y = 2 * x\n", "w = torch.zeros(1)"]
LOOP = [
    "for i in range(100):\n",
    "    error = w * x - y\n",
    "    loss = (error**2).mean()\n",
    "    derror = 2 * error / len(x)\n",
    "    dw = (x * derror).sum(0, keepdim=True)\n",
    "    w = w - 0.1 * dw",
]
WRONG = [line.replace("2 * error", "3 * error") for line in LOOP]


def notebook(*cells: list[str], count: int = 1) -> str:
    """A notebook with these cells of code, run so many times."""
    told = [
        {"cell_type": "code", "execution_count": count, "metadata": {}, "outputs": [], "source": cell}
        for cell in cells
    ]
    return json.dumps({"cells": told, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def cells_of(path: Path) -> list[list[str]]:
    return [cell["source"] for cell in json.loads(path.read_text())["cells"]]


async def until_text(desk: Desk, line: str) -> None:
    """Wait until what is stepped has such a line."""

    def holds() -> bool:
        program = desk.frame.file.program
        return program is not None and line in program.lines and not desk.frame.file.behind

    await desk.until(holds)


async def test_a_save_is_seen_and_the_iteration_on_the_screen_runs_again(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "slope.ipynb", notebook(SETUP, WRONG)) as desk:
        await desk.press("space", "space")
        assert "✗ 1" in desk.shown("status")
        renamed_over(desk.path, notebook(SETUP, LOOP))
        await until_text(desk, "    derror = 2 * error / len(x)")
        assert "✗ 0" in desk.shown("status")
        assert desk.frame.status.iteration == 1
        desk.path.write_text(notebook(["# a cell above"], SETUP, WRONG))
        await until_text(desk, "# a cell above")
        assert "✗ 1" in desk.shown("status")
        assert desk.frame.status.iteration == 1


async def test_a_save_of_outputs_alone_changes_nothing(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "slope.ipynb", notebook(SETUP, WRONG)) as desk:
        await desk.press("space", "space")
        shown = desk.shown("program"), desk.notes
        sent = desk.app.main.link.sent
        desk.path.write_text(notebook(SETUP, WRONG, count=2))
        await desk.until(lambda: desk.app.main.link.sent > sent)
        assert (desk.shown("program"), desk.notes) == shown
        assert (desk.frame.file.number, desk.frame.status.iteration) == (0, 1)


async def test_half_a_notebook_is_told_and_the_last_text_stays(tmp_path: Path) -> None:
    text = notebook(SETUP, WRONG)
    async with at_desk(tmp_path / "slope.ipynb", text) as desk:
        await desk.press("space")
        desk.path.write_text(text[: len(text) // 2])
        await desk.until(lambda: "this is no notebook: it is not JSON" in desk.shown("program"))
        assert "derror = 3 * error" in desk.shown("program")
        desk.path.write_text('{"cells": ["words"]}')
        await desk.until(lambda: "cell 1 has no text" in desk.shown("program"))
        desk.path.write_text(notebook(SETUP, LOOP))
        await until_text(desk, "    derror = 2 * error / len(x)")
        assert "no notebook" not in desk.shown("program")


async def test_what_is_written_by_key_is_in_its_cell_and_is_taken_back(tmp_path: Path) -> None:
    before = notebook(SETUP, WRONG, count=2)
    async with at_desk(tmp_path / "slope.ipynb", notebook(SETUP, WRONG)) as desk:
        await desk.press("space")
        sent = desk.app.main.link.sent
        desk.path.write_text(before)  # as Jupyter does every other minute
        await desk.until(lambda: desk.app.main.link.sent > sent)
        assert desk.frame.inspector.name == "error"
        await desk.pilot.press("W")
        await desk.until(lambda: desk.frame.answer is not None and desk.frame.answer.writable)
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.frame.file.number == 2 and not desk.frame.status.wrong)
        (setup, loop), content = cells_of(desk.path), json.loads(desk.path.read_text())
        assert setup == SETUP
        assert loop[:3] == WRONG[:3]
        assert content["cells"][1]["execution_count"] == 2
        await desk.press("escape", "u")
        await desk.until(lambda: desk.frame.file.number == 3 and desk.frame.status.wrong == 1)
        assert desk.path.read_text() == before
