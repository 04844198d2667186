"""Standard streams that are closed, full or left: no traceback, and the exit code stays true."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """\
# %% parameters
import sys, torch
W = torch.ones(2)
# %% forward
print("noise")
print("more of it", file=sys.stderr)
loss = (2 * W).sum()
# %% backward
dW = torch.full_like(W, 2)
"""
FILES = {
    "right.py": PROGRAM,
    "wrong.py": PROGRAM.replace("like(W, 2)", "like(W, 3)"),
    "closing.py": PROGRAM.replace("loss =", "sys.stdout.close(); sys.stderr.close()\nloss ="),
    "writing.py": PROGRAM.replace(
        'print("noise")',
        "import logging, os\nlogging.warning('logged')\nos.system('echo child')\nprint('noise')",
    ).replace("loss =", "before = sys.stderr.write('kept\\n')\nloss ="),
    "unread.py": PROGRAM.replace("print(", "print(("),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def shell(folder: Path, words: str, streams: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command line with redirections."""
    line = f"{sys.executable} -m backprop_tui {words} {streams}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    return done.returncode, done.stdout, done.stderr


PRINTING = ["check right.py", "check right.py --json", "explain right.py W", "hint right.py W", "list"]


@pytest.mark.parametrize("words", [*PRINTING, "write right.py", "--help", "--version"])
def test_a_closed_stdout_is_not_written_to(folder: Path, words: str) -> None:
    code, _, err = shell(folder, words, ">&-")
    assert code == 0
    assert "output" not in err


@pytest.mark.parametrize(("file", "code"), [("wrong.py", 1), ("unread.py", 2)])
def test_a_closed_stdout_leaves_the_verdict_in_the_exit_code(folder: Path, file: str, code: int) -> None:
    assert shell(folder, f"check {file}", ">&-")[0] == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is always full here")
@pytest.mark.parametrize("words", [*PRINTING, "--help", "--version"])
def test_a_full_stdout_is_a_sentence_and_exit_2(folder: Path, words: str) -> None:
    code, _, err = shell(folder, words, ">/dev/full")
    assert code == 2
    assert err.endswith("Standard output cannot be written: No space left on device.\n")


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(("file", "code"), [("right.py", 0), ("wrong.py", 1), ("unread.py", 2)])
def test_what_stderr_cannot_take_changes_no_verdict(folder: Path, file: str, code: int, streams: str) -> None:
    found, out, _ = shell(folder, f"check {file}", streams)
    assert found == code
    assert ("Final loss" in out) == (code < 2)


@pytest.mark.parametrize("streams", [">&- 2>&- <&-", ">/dev/null 2>&-"])
def test_without_any_stream_the_exit_code_is_all_there_is(folder: Path, streams: str) -> None:
    assert shell(folder, "check wrong.py", streams) == (1, "", "")


def test_a_program_that_closes_its_streams_closes_none_of_ours(folder: Path) -> None:
    code, out, _ = shell(folder, "check closing.py", "")
    assert code == 0
    assert "The only gradient passes." in out


def test_what_a_program_writes_is_there_once_although_its_lines_are_run_again(folder: Path) -> None:
    code, out, err = shell(folder, "check writing.py", "")
    assert code == 0
    assert "✓" in out
    words = err.replace("WARNING:root:", "").split("\n")
    assert sorted(word for word in words if word) == ["child", "kept", "logged", "more of it", "noise"]
