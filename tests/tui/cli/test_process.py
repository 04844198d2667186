"""The command line as a process: streams, signals, exit codes, and what it imports."""

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

RIGHT = """\
# %% setup
import os
import torch
x = torch.tensor([1.0, 2.0])
os.system("echo noise from a child")
os.write(1, b"noise from below\\n")
print("noise [/] from the program")
# %% parameters
W = torch.ones(2)
# %% forward
h = W * x
loss = h.sum()
# %% backward
dh = torch.ones_like(h)
dW = x * dh
# %% update
W = W - 0.1 * dW
"""
WRONG = RIGHT.replace("dW = x * dh", "dW = -x * dh")
FAILING = RIGHT.replace("loss = h.sum()", "loss = (h @ torch.ones(3)).sum()")
ENDLESS = """\
# %% parameters
import os
import torch
W = torch.ones(2)
# %% forward
loss = W.sum()
os.write(2, b"started")
while True:
    loss = loss + 1
"""


def backprop_tui(*words: str, folder: Path, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backprop_tui", *words]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, **options
    )


def imported(folder: Path, *words: str) -> set[str]:
    """The top-level modules that one command line leaves imported."""
    code = (
        "import sys; from backprop_tui.tui.cli.main import main; main(sys.argv[1:]);"
        "print('modules', *{name.split('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("words", [["--help"], ["list"], ["new", "mine.py"], ["nothing.py"]])
def test_what_needs_no_torch_imports_none(tmp_path: Path, words: list[str]) -> None:
    names = imported(tmp_path, *words)
    assert "backprop_tui" in names
    assert not names & {"torch", "textual", "numpy"}


def test_check_imports_neither_textual_nor_torch_which_its_child_does(tmp_path: Path) -> None:
    assert not imported(tmp_path, "check") & {"textual", "torch"}


def test_a_right_program_exits_0_with_its_json_alone_on_stdout(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(RIGHT)
    done = backprop_tui("check", "mine.py", "--json", "--iterations", "3", folder=tmp_path)
    shown = json.loads(done.stdout)
    assert done.returncode == 0
    assert shown["iterations"] == len(shown["losses"]) == 3
    assert {g["name"]: g["verdict"] for g in shown["gradients"]} == {"dh": "exact", "dW": "exact"}
    assert shown["error"] is None
    assert done.stdout.count("\n") == 1
    assert "noise from a child" in done.stderr


def test_a_wrong_gradient_exits_1_with_a_table_on_stdout(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(WRONG)
    done = backprop_tui("check", "mine.py", folder=tmp_path)
    assert done.returncode == 1
    assert "noise" not in done.stdout
    assert "line 15, dW: " in done.stdout
    assert "✗ 1 of 2 gradients does not pass: dW." in done.stdout


ENDINGS = {
    "os._exit(0)": "exit 0",
    "os._exit(3)": "exit 3",
    "os.kill(os.getpid(), 9)": "SIGKILL, killed, as systems do when memory runs out",
    "os.kill(os.getpid(), 15)": "SIGTERM",
    "os.abort()": "SIGABRT, aborted",
    "__import__('ctypes').string_at(0)": "SIGSEGV, a segmentation fault",
}


@pytest.mark.parametrize(("line", "how"), ENDINGS.items(), ids=ENDINGS)
def test_a_program_that_ends_its_process_exits_2_and_says_where_and_how(
    tmp_path: Path, line: str, how: str
) -> None:
    (tmp_path / "mine.py").write_text(RIGHT.replace("loss = h.sum()", f"loss = h.sum(); {line}"))
    done = backprop_tui("check", "mine.py", "--json", folder=tmp_path)
    number = RIGHT.splitlines().index("loss = h.sum()") + 1
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["line"] == number
    assert f"line {number} ended the program: {how}\n" in done.stderr


def test_a_program_that_exits_below_python_says_how(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(RIGHT.replace("h.sum()", "__import__('ctypes').CDLL(None).exit(5)"))
    done = backprop_tui("check", "mine.py", folder=tmp_path)
    assert done.returncode == 2
    assert "the program's process ended: exit 5" in done.stderr


def test_a_program_without_descriptors_is_judged(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(RIGHT.replace("h = W * x", "os.closerange(0, 500); h = W * x"))
    done = backprop_tui("check", "mine.py", folder=tmp_path)
    assert (done.returncode, "All 2 gradients pass" in done.stdout) == (0, True)


def test_nothing_is_left_of_a_program_whose_check_is_killed(tmp_path: Path) -> None:
    text = ENDLESS.replace('os.write(2, b"started")', 'os.write(2, b"%d\\n" % os.getpid())')
    (tmp_path / "mine.py").write_text(text.replace("while True:", "sum(range(10**12))\nif True:"))
    command = [sys.executable, "-m", "backprop_tui", "check", "mine.py"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    child = int(process.stderr.readline())
    process.kill()
    process.communicate()  # returns once the child has let go of the stream
    deadline = time.monotonic() + 60
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_failing_program_exits_2_and_says_where_without_our_traceback(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FAILING)
    done = backprop_tui("check", "mine.py", folder=tmp_path)
    assert done.returncode == 2
    assert "mine.py:12: forward stopped with RuntimeError" in done.stderr
    assert "backprop_tui" not in done.stderr
    assert str(Path(__file__).parents[3]) not in done.stderr


def test_control_c_exits_130_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(ENDLESS)
    command = [sys.executable, "-m", "backprop_tui", "check", "mine.py"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stderr.read(7) == b"started"
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert b"Traceback" not in rest


def test_a_reader_that_leaves_early_changes_neither_exit_code_nor_stderr(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(WRONG)
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "backprop_tui", "check", "mine.py"]
    done = subprocess.run(
        command, cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert done.returncode == 1
    assert "BrokenPipe" not in done.stderr


def test_an_encoding_without_our_signs_keeps_the_words(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = backprop_tui("nothing✗.py", folder=tmp_path, env=environment)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_without_a_terminal_the_screen_names_check_and_loads_nothing(tmp_path: Path) -> None:
    done = backprop_tui(folder=tmp_path, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "`backprop-tui check`" in done.stderr
    assert not imported(tmp_path) & {"torch", "textual"}


def in_terminal(command: list[str], folder: Path, term: str) -> tuple[int, str, bool]:
    """Exit status and output of a command in a pseudo-terminal, and whether it still echoes."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": term}
    process = subprocess.Popen(command, cwd=folder, stdin=slave, stdout=slave, stderr=slave, env=environment)
    status = process.wait(timeout=60)
    echoes = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
    output = os.read(master, 65536).decode()
    os.close(slave)
    os.close(master)
    return status, output, echoes


def test_a_dumb_terminal_gets_the_sentence_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backprop_tui"]
    status, output, _ = in_terminal(command, tmp_path, "dumb")
    assert status == 2
    assert "TERM=dumb" in output
    assert "`backprop-tui check`" in output
    assert "\x1b" not in output


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_leaves_a_usable_terminal(tmp_path: Path, name: str) -> None:
    code = f"""
import os, signal, sys, tty
from backprop_tui.tui.terminal.terminal import restored_when_killed
with restored_when_killed():
    tty.setraw(0)
    sys.stderr.write("\\x1b[?1049h\\x1b[?25l")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.{name})
    signal.pause()
"""
    status, output, echoes = in_terminal([sys.executable, "-c", code], tmp_path, "xterm")
    assert status == -getattr(signal, name)
    assert output.index("\x1b[?1049h") < output.index("\x1b[?1049l")
    assert output.rindex("\x1b[?25h") > output.index("\x1b[?25l")
    assert echoes
