"""The commands write, explain and hint, through the door a user takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.tui.cli.main import main

PROGRAM = """# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters
W = torch.tensor([0.5, -1.0, 2.0])
# %% forward
h = W * x
k = h.tanh()
loss = k.sum()
# %% update
W = W - 0.1 * dW
"""

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(PROGRAM)
    return tmp_path


class TestWrite:
    def test_the_program_is_printed(self, capsys: Captured) -> None:
        assert main(["write", "mine.py"]) == 0
        printed = capsys.readouterr().out
        assert "# k = h.tanh()\ndh = (1 - k ** 2) * dk\n" in printed

    def test_what_is_written_to_a_file_passes_the_check(self, capsys: Captured) -> None:
        assert main(["write", "mine.py", "-o", "done.py"]) == 0
        assert capsys.readouterr().out == ""
        assert main(["check", "done.py"]) == 0

    @pytest.mark.parametrize("words", [[], ["--missing"]])
    @pytest.mark.parametrize("section", ["", "\n\n", "# nothing yet\n"])
    def test_a_backward_without_a_line_is_filled(self, folder: Path, section: str, words: list[str]) -> None:
        text = PROGRAM.replace("# %% update", f"# %% backward\n{section}# %% update")
        (folder / "empty.py").write_text(text)
        assert main(["write", "empty.py", *words, "-o", "done.py"]) == 0
        assert main(["check", "done.py"]) == 0

    def test_a_file_is_overwritten_only_by_force(self, folder: Path, capsys: Captured) -> None:
        assert main(["write", "mine.py", "-o", "mine.py"]) == 2
        assert "mine.py exists already, and nothing was written" in capsys.readouterr().err
        assert (folder / "mine.py").read_text() == PROGRAM
        assert main(["write", "mine.py", "-o", "mine.py", "--force"]) == 0
        assert main(["check", "mine.py"]) == 0

    def test_what_cannot_be_written_says_why_and_the_code_says_so(
        self, folder: Path, capsys: Captured
    ) -> None:
        (folder / "odd.py").write_text(PROGRAM.replace("h.tanh()", "torch.lgamma(h)"))
        assert main(["write", "odd.py"]) == 1
        told = capsys.readouterr()
        assert "dh = ...  # no rule for lgamma, line 8" in told.out
        assert told.err == "dh could not be written: no rule for lgamma, line 8.\n"

    def test_a_forward_that_raises_is_told_with_its_line(self, folder: Path, capsys: Captured) -> None:
        (folder / "odd.py").write_text(PROGRAM.replace("h.tanh()", "h * nothing"))
        assert main(["write", "odd.py", "-o", "out.py"]) == 2
        told = capsys.readouterr().err
        assert told.startswith("odd.py: the forward does not run: line 8: NameError")
        assert not (folder / "out.py").exists()


class TestDictionary:
    """A forward that keeps its tensors in a dictionary."""

    @pytest.fixture(autouse=True)
    def program(self, folder: Path) -> None:
        text = PROGRAM.replace("h = W * x\nk = h.tanh()", 'c = {}\nc["h"] = W * x\nk = c["h"].tanh()')
        (folder / "held.py").write_text(text)

    def test_a_hint_reads_it(self, capsys: Captured) -> None:
        assert main(["hint", "held.py", "W", "--level", "5"]) == 0
        assert "dW = x * dh" in capsys.readouterr().out

    def test_it_is_explained(self, capsys: Captured) -> None:
        assert main(["explain", "held.py", "W"]) == 0
        assert 'used by line 8: c["h"] = W * x' in capsys.readouterr().out

    def test_what_is_written_passes(self, capsys: Captured) -> None:
        assert main(["write", "held.py", "-o", "done.py"]) == 0
        assert main(["check", "done.py"]) == 0


class TestExplain:
    def test_one_tensor(self, capsys: Captured) -> None:
        assert main(["explain", "mine.py", "h"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[:3] == [
            "h [3]: line 7: h = W * x",
            "used by line 8: k = h.tanh()",
            "  tanh: The slope of tanh is one minus its square.",
        ]
        assert "  dh += (1 - k ** 2) * dk" in lines

    def test_all_of_them(self, capsys: Captured) -> None:
        assert main(["explain", "mine.py"]) == 0
        printed = capsys.readouterr().out
        assert [part.splitlines()[0].split()[0] for part in printed.split("\n\n")] == ["k", "h", "W"]

    def test_a_tensor_that_is_not_there(self, capsys: Captured) -> None:
        assert main(["explain", "mine.py", "kk"]) == 2
        assert "There is no tensor kk whose gradient could be asked for" in capsys.readouterr().err


class TestHint:
    def test_the_first_level_gives_little_away(self, capsys: Captured) -> None:
        assert main(["hint", "mine.py", "dh"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "dh, hint 1 of 5",
            "h is used once; its gradient has one term:",
            "line 8 makes k of it, through tanh",
        ]

    def test_the_last_is_the_line(self, capsys: Captured) -> None:
        assert main(["hint", "mine.py", "h", "--level", "5"]) == 0
        assert capsys.readouterr().out.splitlines()[1:] == [
            "dh = (1 - k ** 2) * dk",
            "It reads dk, which no line of the program writes so far.",
        ]

    def test_levels_end_at_five(self, capsys: Captured) -> None:
        assert main(["hint", "mine.py", "h", "--level", "6"]) == 2

    def test_a_gradient_that_fails_the_check_is_not_called_right(
        self, folder: Path, capsys: Captured
    ) -> None:
        lines = "# %% backward\ndk = 2 * torch.ones_like(k)\ndh = (1 - k ** 2) * dk\ndW = dh * x\n# %% update"
        (folder / "wrong.py").write_text(PROGRAM.replace("# %% update", lines))
        assert main(["check", "wrong.py"]) == 1
        capsys.readouterr()
        assert main(["hint", "wrong.py", "W"]) == 0
        said = "The line of dW is right.\nIts values are wrong because dk is.\n"
        assert capsys.readouterr().out == said

    def test_none_is_given_for_what_is_right(self, capsys: Captured) -> None:
        assert main(["hint", "linear_regression", "W1"]) == 0
        assert capsys.readouterr().out == "dW1 is right already.\n"


def test_the_hint_of_the_readme_is_what_its_program_gives(folder: Path, capsys: Captured) -> None:
    page = README.partition("## A program")[2]
    program = page.split("```python\n")[1].split("```")[0]
    (folder / "my_program.py").write_text(program.replace("dw = (x * derror)", "dw = ...  #"))
    command, *printed = (
        README.partition("## A program")[2].split("    $ backprop-tui ")[1].split("\n\n")[0].splitlines()
    )
    assert main(command.split()) == 0
    assert capsys.readouterr().out.splitlines() == [line.strip() for line in printed]
