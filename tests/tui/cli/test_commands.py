"""The command line, in this process, with the engine's process and the screen replaced."""

import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import backprop_tui
from backprop_tui.engine.execution.failure import Failure
from backprop_tui.engine.judging.report import Report
from backprop_tui.engine.process.tasks import Check
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.program.program_text import text_of
from backprop_tui.tui.cli import check_command as checking
from backprop_tui.tui.cli import open_screen as opening
from backprop_tui.tui.cli.commands import app
from backprop_tui.tui.cli.main import main
from backprop_tui.tui.cli.usage_errors import COMMANDS

PROGRAM = "# %% parameters\nW = 1\n# %% forward\nloss = W\n"


class NoChild:
    """Stands for the process that a screen's engine runs in."""

    def close(self) -> None:
        pass


class Calls:
    """Stands for the engine's process and for the screen, and keeps what they were asked."""

    def __init__(self) -> None:
        self.program: Program | None = None
        self.task: Check | None = None
        self.options: dict[str, object] = {}
        self.failure: Failure | None = None
        self.during: Callable[[], None] = lambda: None

    def done_apart(self, task: Check, program: Program) -> Report:
        self.program, self.task = program, task
        self.during()
        return Report(program.name, 1, 0, 0.5, (0.5,), (), (), failure=self.failure)

    def run(self, program: Program, child: NoChild, **options: object) -> int:
        self.program, self.options = program, options
        self.during()
        return 0


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    monkeypatch.setattr(checking, "done_apart", calls.done_apart)
    monkeypatch.setattr(opening, "Child", NoChild)
    screen = ModuleType("backprop_tui.tui.app")
    screen.run = calls.run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "backprop_tui.tui.app", screen)
    monkeypatch.setattr(opening, "why_no_screen", lambda: None)
    return calls


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_word_the_linear_regression_is_stepped(calls: Calls) -> None:
    assert main([]) == 0
    assert calls.program is not None
    assert calls.program.name == "linear_regression"
    assert calls.options == {
        "seed": 0,
        "theme": None,
        "mouse": True,
        "told": "",
        "begun": False,
        "gradient": "",
        "resume": False,
    }


def test_nothing_is_collected_before_the_screen_stands(calls: Calls) -> None:
    collects: list[bool] = []
    calls.during = lambda: collects.append(gc.isenabled())
    assert main([]) == 0
    assert [*collects, gc.isenabled()] == [False, True]


def test_the_screen_gets_seed_theme_and_mouse(calls: Calls) -> None:
    assert main(["--seed", "7", "--theme", "nord", "--no-mouse"]) == 0
    assert calls.options == {
        "seed": 7,
        "theme": "nord",
        "mouse": False,
        "told": "",
        "begun": False,
        "gradient": "",
        "resume": False,
    }


def test_a_file_called_like_a_command_is_reachable(calls: Calls, folder: Path) -> None:
    (folder / "check").write_text(PROGRAM)
    assert main(["./check"]) == 0
    assert calls.program is not None
    assert calls.program.path == Path("check")
    assert main(["check", "./check"]) == 0


def test_check_passes_its_options_on(calls: Calls) -> None:
    words = ["check", "--iterations", "1000", "--rtol", "0.5", "--atol", "0", "--seed", "3", "--strict"]
    assert main(words) == 0
    assert calls.program is not None
    assert calls.task == Check(text_of(calls.program), 1000, 3, 0.5, 0.0, strict=True)


def test_check_judges_by_torchs_tolerances_unless_told(calls: Calls) -> None:
    assert main(["check"]) == 0
    assert calls.program is not None
    assert calls.task == Check(text_of(calls.program), 1, 0, 1e-5, 1e-8, strict=False)


def test_check_returns_the_reports_exit_code(calls: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    calls.failure = Failure("forward", 7, "RuntimeError", "sizes [/] differ", ("  a @ b",))
    assert main(["check"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("✗ linear_regression:7: forward stopped with RuntimeError: sizes [/] differ")
    assert "a @ b" in err


def test_json_is_one_object_on_stdout(calls: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["loss"] == 0.5


def test_json_tells_of_a_program_that_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.py").write_text("# %% forward\nloss = (\n")
    assert main(["check", "broken.py", "--json", "--seed", "4"]) == 2
    out, err = capsys.readouterr()
    shown = json.loads(out)
    assert (shown["program"], shown["seed"], shown["error"]["line"]) == ("broken", 4, 2)
    assert shown["error"]["message"].endswith("The line reads `loss = (`")
    assert err.startswith("broken.py:2:")


def test_control_c_ends_quietly(calls: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    calls.during = interrupt
    assert main(["check"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_keyboard_interrupt_of_the_programs_own_is_told_like_any_exception(
    calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    calls.failure = Failure("forward", 7, "KeyboardInterrupt", "enough")
    assert main(["check"]) == 2
    assert "forward stopped with KeyboardInterrupt: enough" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["check"], ["check", "--json"], ["list"]])
def test_a_reader_that_leaves_early_is_no_error(
    calls: Calls,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(words) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("theme", ["dark", "light", "ansi", "nord", "textual-light"])
def test_our_themes_and_textuals_are_known(calls: Calls, theme: str) -> None:
    assert main(["--theme", theme]) == 0
    assert calls.options["theme"] == theme


def test_an_unknown_theme_gets_a_suggestion(calls: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--theme", "drakula"]) == 2
    err = capsys.readouterr().err
    assert "There is no theme drakula; did you mean dracula?" in err
    assert "textual-light" in err
    assert calls.program is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["linear_regresion"], "Did you mean `linear_regression`?"),
        (["chek"], "Did you mean `backprop-tui check`?"),
        (["chek", "a.py"], "Did you mean `backprop-tui check a.py`?"),
        (["a.py", "b[/]c"], "There is no place for b[/]c"),
        (["--sed", "3"], "Did you mean --seed?"),
        (["--seed", "-1"], "--seed"),
        (["--seed", "1.5"], "Invalid value for --seed: a whole number in digits is wanted, and 1.5 is none."),
        (["check", "--iterations", "1.5"], "a whole number in digits is wanted, and 1.5 is none."),
        (["hint", "a.py", "W", "--level", "two"], "Invalid value for --level"),
        (["check", ""], "no path was given. Name a program file"),
        ([""], "no path was given"),
        (["explain", "", "W"], "no path was given"),
        (["new", ""], "No path was given to write to"),
        (["write", "linear_regression", "-o", ""], "No path was given to write to"),
        (["--seed", str(2**32)], "--seed"),
        (["check", "--iterations", "0"], "`backprop-tui check --help`"),
        (["check", "--rtol", "-1"], "--rtol"),
        (["new"], "FILE"),
        (["x[/]y.py"], "x[/]y.py"),
    ],
)
def test_a_wrong_command_line_gets_a_sentence_on_stderr(
    calls: Calls, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


def test_new_writes_a_program_that_loads_and_says_what_next(
    calls: Calls, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "mine.py"]) == 0
    out = capsys.readouterr().out
    assert "`backprop-tui mine.py`" in out
    assert "`backprop-tui check mine.py`" in out
    assert main(["mine.py"]) == 0
    assert calls.program is not None
    assert calls.program.name == "mine"


def test_new_never_overwrites(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.py").write_text("precious")
    assert main(["new", "mine.py"]) == 2
    assert (folder / "mine.py").read_text() == "precious"
    assert "mine.py exists already" in capsys.readouterr().err


def test_new_says_why_a_file_cannot_be_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "nowhere/mine.py"]) == 2
    assert "nowhere/mine.py cannot be written: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(("file", "word"), [("list", "./list"), ("-x.py", "./-x.py"), ("a b.py", "'a b.py'")])
def test_new_says_how_to_reach_a_file_with_an_awkward_name(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, word: str
) -> None:
    assert main(["new", "--", file]) == 0
    assert f"`backprop-tui {word}`" in capsys.readouterr().out


def test_list_tells_a_line_about_each_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    name, summary = first.split(maxsplit=1)
    assert name == "linear_regression"
    assert summary
    assert all(len(line.split()) > 1 for line in rest)


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "backprop-tui check my_program.py" in out
    assert max(map(len, out.splitlines())) <= 80


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"backprop-tui {backprop_tui.__version__}\n"


def test_every_command_is_known_by_name_to_the_suggestions() -> None:
    assert {name for name in app if not name.startswith("-")} == set(COMMANDS)
