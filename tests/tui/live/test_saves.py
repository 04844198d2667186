"""A save is seen: real files, the real engine, whatever way an editor writes."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .desk import TEXT, WAYS, WRONG, at_desk, renamed_over


@pytest.mark.parametrize("way", WAYS)
async def test_a_verdict_follows_a_save(tmp_path: Path, way: Callable[[Path, str], None]) -> None:
    async with at_desk(tmp_path / "program.py", WRONG) as desk:
        await desk.press("space", "space")
        assert "✗ 1" in desk.shown("status")
        await desk.save(TEXT, way)
        assert "✗ 0" in desk.shown("status")
        assert desk.frame.status.iteration == 1
        assert "dz right · 5 of 5" in desk.notes
        assert "▎dz = dh * (1 - h**2)" in desk.shown("program")
        await desk.save(WRONG, way)
        assert "✗ 1" in desk.shown("status")


async def test_a_touch_changes_nothing(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "program.py", WRONG) as desk:
        await desk.press("space")
        desk.path.touch()
        renamed_over(desk.path, WRONG)
        await desk.pilot.pause(0.3)
        await desk.until(lambda: True)
        assert desk.frame.file.number == 0
        renamed_over(desk.path, TEXT)
        await desk.until(lambda: desk.frame.file.number == 1)


async def test_a_file_that_is_no_program_keeps_its_last_text_with_the_error_above(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "program.py", WRONG) as desk:
        await desk.press("space")
        desk.path.write_text(TEXT.replace("dw = x.T @ dz", "dw = (x.T @ dz"))
        await desk.until(lambda: bool(desk.frame.file.problem))
        shown = desk.shown("program")
        assert "! line 17: syntax error: '(' was never closed" in shown
        assert "dw = x.T @ dz" in shown
        assert desk.frame.file.behind
        await desk.press("right")
        assert "never closed" in desk.shown("program")
        await desk.save(TEXT)
        assert "never closed" not in desk.shown("program")


async def test_a_file_that_is_gone_is_told_and_comes_back(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "program.py", WRONG) as desk:
        await desk.press("space")
        desk.path.unlink()
        await desk.until(lambda: "program.py is gone" in desk.shown("program"))
        await desk.save(TEXT)
        assert "is gone" not in desk.shown("program")


async def test_a_folder_that_is_made_anew_is_watched_again(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    async with at_desk(folder / "program.py", WRONG) as desk:
        await desk.press("space")
        shutil.rmtree(folder)
        await desk.until(lambda: "program.py is gone" in desk.shown("program"))
        folder.mkdir()
        await desk.save(TEXT)
        await desk.save(WRONG)


async def test_what_changed_before_it_was_watched_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(TEXT)
    async with at_desk(path, WRONG) as desk:
        path.write_text(TEXT)
        await desk.save(TEXT)
        await desk.press("space")
        assert "✗ 0" in desk.shown("status")


async def test_older_lines_come_back_with_their_iterations(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "program.py", WRONG) as desk:
        await desk.press("space", "space")
        await desk.save("# above\n" + TEXT)
        await desk.press("backspace")
        assert "dz = dh * (1 + h**2)" in desk.shown("program")
        assert "iteration 0 ran with these older lines" in desk.notes
        await desk.press("space")
        assert "dz = dh * (1 - h**2)" in desk.shown("program")


async def test_a_module_beside_it_is_watched_too(tmp_path: Path) -> None:
    module = tmp_path / "beside_the_desk.py"
    module.write_text("factor = 1.0\n")
    text = TEXT.replace("import torch\n", "import torch\nimport beside_the_desk\n")
    async with at_desk(
        tmp_path / "program.py", text.replace("1 * de", "beside_the_desk.factor * de")
    ) as desk:
        await desk.press("space")
        assert "✗ 0" in desk.shown("status")
        module.write_text("factor = 2.0\n")
        await desk.until(lambda: "beside_the_desk.py changed: home starts anew" in desk.notes)
        assert "✗ 0" in desk.shown("status")
        await desk.press("home", "space")
        assert "✗ 1" in desk.shown("status")


def written_at(path: Path, text: str, moment: float) -> None:
    path.write_text(text)
    os.utime(path, (moment, moment))


async def test_texts_of_one_length_and_one_time_are_told_apart(tmp_path: Path) -> None:
    moment = time.time() + 3600  # as far as the clock can tell the file may be written once more
    module = tmp_path / "of_one_time.py"
    written_at(module, "factor = 1.0\n", moment)
    text = TEXT.replace("import torch\n", "import torch\nimport of_one_time\n")
    async with at_desk(tmp_path / "program.py", text.replace("1 * de", "of_one_time.factor * de")) as desk:
        await desk.press("space")
        right, wrong = (desk.path.read_text().replace("2 * e /", f"{two} * e /") for two in "23")
        for shown in (wrong, right, wrong):
            await desk.save(shown, lambda path, text: written_at(path, text, moment))
        assert "✗ 1" in desk.shown("status")
        written_at(module, "factor = 2.0\n", moment)
        await desk.until(lambda: "of_one_time.py changed: home starts anew" in desk.notes)


async def test_a_module_that_is_saved_while_setup_runs_is_told(tmp_path: Path) -> None:
    (tmp_path / "while_it_runs.py").write_text("factor = 1.0\n")
    saves = "import while_it_runs as m; open(m.__file__, 'w').write('factor = 2.0\\n')"
    text = TEXT.replace("import torch\n", f"import torch\n{saves}\n")
    async with at_desk(tmp_path / "program.py", text) as desk:
        assert "while_it_runs.py changed: home starts anew" in desk.notes


async def test_a_run_pauses_after_its_iteration_and_goes_on_with_what_was_saved(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "program.py", WRONG) as desk:
        await desk.pilot.press("r")
        while not desk.frame.complete > 3:
            await desk.pilot.pause(0.005)
        await desk.save(TEXT)
        assert not desk.frame.status.running
        assert "✗ 0" in desk.shown("status")
        ((_, old), (first, new)) = desk.frame.file.versions
        assert (old, new, first) == (0, 1, desk.frame.status.iteration)


async def test_a_program_that_ended_its_process_begins_with_the_newest_text(tmp_path: Path) -> None:
    ends = TEXT.replace("h = torch", "import os; os._exit(3)\nh = torch")
    async with at_desk(tmp_path / "program.py", ends) as desk:
        await desk.pilot.press("space")
        await desk.until(lambda: "home starts the program again" in desk.notes)
        desk.path.write_text(TEXT)
        await desk.until(lambda: desk.frame.file.behind)
        await desk.press("home", "space")
        assert "✗ 0" in desk.shown("status")
        assert desk.frame.status.iteration == 0


async def test_what_is_written_by_key_is_there_at_once_and_is_taken_back(tmp_path: Path) -> None:
    async with at_desk(tmp_path / "program.py", WRONG) as desk:
        await desk.press("space")
        assert desk.frame.inspector.name == "z"
        await desk.pilot.press("W")
        await desk.until(lambda: desk.frame.answer is not None and desk.frame.answer.writable)
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.frame.file.number == 1 and not desk.frame.status.wrong)
        await desk.press("escape", "u")
        await desk.until(lambda: desk.frame.file.number == 2 and desk.frame.status.wrong == 1)
        assert desk.path.read_text() == WRONG


PLAIN = """\
import torch

x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = 2 * x
w = torch.zeros(1)
for i in range(100):
    error = w * x - y
    loss = (error**2).mean()
    derror = 2 * error / len(x)
    dw = (x * derror).sum(0, keepdim=True)
    w = w - 0.1 * dw
"""


async def test_a_script_without_titles_is_read_again(tmp_path: Path) -> None:
    wrong = PLAIN.replace("2 * error / len(x)", "3 * error / len(x)")
    async with at_desk(tmp_path / "script.py", wrong) as desk:
        await desk.press("space", "space")
        assert "✗ 1" in desk.shown("status")
        await desk.save("# a word\n" + PLAIN)
        assert "✗ 0" in desk.shown("status")
        assert desk.frame.status.iteration == 1
        desk.path.write_text(PLAIN.replace("range(100)", "range(3)"))
        await desk.until(lambda: "the loops around the iteration changed: home" in desk.notes)
