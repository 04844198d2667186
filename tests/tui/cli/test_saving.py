"""What is written to a user's file: all of it or nothing, and the file stays what it was otherwise."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Ask, Unit
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.program import user_file
from backprop_tui.engine.program.library import load
from backprop_tui.engine.tutor.answer import Asked
from backprop_tui.tui.cli.main import main

HEAD = """# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
"""
TEXT = (
    HEAD
    + """# %% parameters
W = torch.tensor([0.5, -1.0, 2.0])
# %% forward
h = W * x
loss = h.sum()
# %% backward
dh = torch.ones_like(h)  # mine
dW = ...
# %% update
W = W - 0.1 * dW"""
)
DONE = TEXT.replace("dW = ...", "# h = W * x\ndW = x * dh")


def written_by_key(file: Path) -> str:
    """What is told when the line of dW is written from the screen."""
    stepper = Stepper(load(str(file)), 0)
    stepper.begin()
    stepper.handle(Advance(Unit.ITERATION))
    stepper.check_lines()
    stepper.handle(SelectName("W"))
    stepper.handle(Ask(Asked.WRITTEN))
    answer = stepper.frame(0).answer
    assert answer is not None
    return answer.lines[0].text


def written_by_command(file: Path) -> str:
    """What `write --missing --force` says when it does not write the file; nothing when it does."""
    assert main(["write", str(file), "--missing", "-o", str(file), "--force"]) in (0, 2)
    return ""


WAYS = (written_by_key, written_by_command)
Way = Callable[[Path], str]
by_either_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_bytes(TEXT.encode())
    return path


FORMS = {
    "plain": lambda text: text.encode(),
    "last newline": lambda text: (text + "\n").encode(),
    "several last newlines": lambda text: (text + "\n\n\n").encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "mark": lambda text: text.encode("utf-8-sig"),
    "mark and CRLF": lambda text: (text + "\n").replace("\n", "\r\n").encode("utf-8-sig"),
    "latin-1": lambda text: ("# coding: latin-1\n" + text.replace("mine", "für µ")).encode("latin-1"),
    "second line": lambda text: ("\n# -*- coding: koi8-r -*-\n# мой\n" + text).encode("koi8-r"),
}


@by_either_way
@pytest.mark.parametrize("form", FORMS)
def test_line_ends_marks_and_encodings_stay(file: Path, way: Way, form: str) -> None:
    file.write_bytes(FORMS[form](TEXT))
    way(file)
    assert file.read_bytes() == FORMS[form](DONE)


@by_either_way
def test_of_mixed_line_ends_each_line_keeps_its_own(file: Path, way: Way) -> None:
    mixed = TEXT.replace("dh = torch.ones_like(h)  # mine\n", "dh = torch.ones_like(h)  # mine\r\n")
    file.write_bytes(mixed.replace("import torch\n", "import torch\r").encode())
    way(file)
    expected = DONE.replace("# mine\n# h = W * x\ndW = x * dh\n", "# mine\r\n# h = W * x\r\ndW = x * dh\r\n")
    assert file.read_bytes() == expected.replace("import torch\n", "import torch\r").encode()


@by_either_way
def test_mode_and_symbolic_links_stay(file: Path, way: Way) -> None:
    file.chmod(0o640)
    link = file.with_name("link.py")
    link.symlink_to("mine.py")
    way(link)
    assert link.is_symlink()
    assert file.read_text() == DONE
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(file.parent)) == ["link.py", "mine.py"]


@by_either_way
def test_other_names_of_the_same_file_stay_names_of_it(file: Path, way: Way) -> None:
    other = file.with_name("other.py")
    os.link(file, other)
    way(file)
    assert other.read_text() == DONE
    assert other.samefile(file)


@by_either_way
def test_a_users_own_file_beside_it_stays(file: Path, way: Way) -> None:
    own = file.with_name(".mine.py.new")
    own.write_text("precious")
    way(file)
    assert own.read_text() == "precious"
    assert sorted(os.listdir(file.parent)) == [".mine.py.new", "mine.py"]


@pytest.mark.parametrize("read_only", ["mine.py", "."])
def test_what_is_read_only_is_refused(file: Path, read_only: str, capsys: pytest.CaptureFixture[str]) -> None:
    locked = file.parent / read_only
    locked.chmod(0o555)
    try:
        told = written_by_key(file)
        written_by_command(file)
        whose = "it" if read_only == "mine.py" else "its folder"
        assert told == f"dW is not written: {whose} is read-only"
        assert f"mine.py cannot be written: {whose} is read-only." in capsys.readouterr().err
        assert file.read_text() == TEXT
    finally:
        locked.chmod(0o755)


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """Let every write beyond a size fail, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("linked", [False, True])
def test_a_full_disk_leaves_the_file_as_it_was(file: Path, linked: bool) -> None:
    if linked:
        os.link(file, file.with_name("other.py"))
    names = sorted(os.listdir(file.parent))
    with no_file_over(100):
        with pytest.raises(user_file.CannotWrite, match="File too large"):
            user_file.replace(file, TEXT.encode() * 2, TEXT.encode())
        with pytest.raises(user_file.CannotWrite, match="File too large"):
            user_file.create(file.with_name("fresh.py"), TEXT.encode())
    assert file.read_text() == TEXT
    assert sorted(os.listdir(file.parent)) == names


def test_a_file_that_cannot_be_overwritten_whole_gets_its_bytes_back(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.link(file, file.with_name("other.py"))
    write, sizes = os.write, iter([64, 0])

    def until_it_is_full(descriptor: int, data: memoryview) -> int:
        size = next(sizes, len(data))
        if not size:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:size])

    monkeypatch.setattr(os, "write", until_it_is_full)
    with pytest.raises(user_file.CannotWrite, match="No space left on device"):
        user_file.replace(file, b"# anew\n" * 100, TEXT.encode())
    assert file.read_text() == TEXT


def test_a_file_that_changed_since_the_command_began_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from backprop_tui.engine.tutor import writing

    write = writing.write

    def while_somebody_edits(*words: object, **named: object) -> object:
        file.write_text(TEXT + "  # edited")
        return write(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "write", while_somebody_edits)
    written_by_command(file)
    assert "mine.py cannot be written: it has changed since it was read" in capsys.readouterr().err
    assert file.read_text() == TEXT + "  # edited"


def test_a_file_that_appeared_since_the_command_began_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from backprop_tui.engine.tutor import writing

    write, other = writing.write, file.with_name("other.py")

    def while_somebody_writes(*words: object, **named: object) -> object:
        other.write_text("precious")
        return write(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "write", while_somebody_writes)
    assert main(["write", str(file), "-o", str(other)]) == 2
    assert "other.py exists already, and nothing was written" in capsys.readouterr().err
    assert other.read_text() == "precious"
    assert sorted(os.listdir(file.parent)) == ["mine.py", "other.py"]


def test_a_new_file_gets_the_mode_that_new_files_get(tmp_path: Path) -> None:
    made = tmp_path / "made.py"
    assert main(["new", str(made)]) == 0
    other = tmp_path / "other.py"
    other.touch()
    assert made.stat().st_mode == other.stat().st_mode
    assert made.stat().st_nlink == 1


def test_a_pipe_takes_what_is_written(file: Path) -> None:
    assert main(["write", str(file), "-o", "/dev/null", "--force"]) == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"# coding: nothing-known\n", "its encoding cannot be read: unknown encoding: nothing-known"),
        (b"# coding: rot13\n", "its encoding cannot be read: 'rot13' is not a text encoding"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "its encoding cannot be read: encoding problem: utf-8"),
        (b"# coding: ascii\n\xff\n", "2: the file is not in ascii, as it says"),
        (b"\xff\n", "1: the file is not UTF-8"),
    ],
)
def test_an_encoding_that_cannot_be_read_is_told(
    file: Path, capsys: pytest.CaptureFixture[str], head: bytes, said: str
) -> None:
    file.write_bytes(head + TEXT.encode())
    assert main(["check", str(file)]) == 2
    assert said in capsys.readouterr().err
