"""The place in a program that one screen keeps for the next: files, locks, and what stands in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.wire.curve import Curve
from backprop_tui.engine.debugger.wire.frame import ByHand, Frame, Status, Watched, opening_frame
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.stops import Stops
from backprop_tui.engine.process.kept.folder import Keeper
from backprop_tui.engine.process.kept.keeping import Keeping
from backprop_tui.engine.process.kept.place import Place, of_bytes, place_of, to_bytes
from backprop_tui.engine.process.program_file import ProgramFile
from backprop_tui.engine.program.program import Program, parse

TEXT = "# %% parameters\nW = 1\n# %% forward\nloss = W\n"


def picture(program: Program, iterations: int) -> Frame:
    """What stands on the screen after so many iterations."""
    frame = opening_frame(program)
    return replace(
        frame,
        status=Status(program.name, iteration=iterations - 1),
        complete=iterations,
        losses=Curve((0.5,), iterations, 0.5, 0.5, 0.5),
        inspector=replace(frame.inspector, name="W", tab=Tab.ERROR),
        stops=Stops(frozenset({2, 4}), below=0.25),
        watches=(Watched("W.norm()"),),
        by_hand=(ByHand(1, "rate = 0.001"), ByHand(2, "W.zero_()")),
    )


@pytest.fixture
def program() -> Program:
    return parse(TEXT, "mine")


def test_what_was_kept_is_offered_and_gives_the_same_picture(tmp_path: Path, program: Program) -> None:
    first = Keeping(tmp_path, program, 7)
    assert first.offered is None
    seen = picture(program, 12)
    first.keep(seen, [program], now=True)
    first.close()
    second = Keeping(tmp_path, program, 0)
    place = second.take()
    assert (place.iterations, place.seed, place.loss) == (12, 7, "0.5")
    shown = second.picture(place, ProgramFile(program, ""))
    for part in ("stops", "watches", "by_hand"):
        assert getattr(shown, part) == getattr(seen, part)
    assert (shown.inspector.name, shown.inspector.tab) == ("W", Tab.ERROR)
    assert place_of(seen, [program], 7) == place


def test_texts_that_ran_come_before_the_newest(tmp_path: Path, program: Program) -> None:
    other = parse(TEXT.replace("loss = W", "loss = 2 * W"), "mine")
    newest = parse(TEXT.replace("loss = W", "loss = 3 * W"), "mine")
    first = Keeping(tmp_path, program, 0)
    seen = picture(other, 9)
    first.keep(replace(seen, file=replace(seen.file, versions=((0, 0), (4, 1)))), [program, other], now=True)
    first.close()
    second, file = Keeping(tmp_path, newest, 0), ProgramFile(newest, "")
    shown = second.picture(second.take(), file)
    assert [one.text for one in file.texts] == [program.text, other.text, newest.text]
    assert (shown.file.number, shown.file.versions) == (1, ((0, 0), (4, 1)))


def test_nothing_is_offered_before_the_first_iteration(tmp_path: Path, program: Program) -> None:
    first = Keeping(tmp_path, program, 0)
    first.keep(opening_frame(program), [program], now=True)
    first.close()
    assert Keeping(tmp_path, program, 0).offered is None


def test_two_screens_never_write_the_same_file(tmp_path: Path, program: Program) -> None:
    one, other = Keeping(tmp_path, program, 0), Keeping(tmp_path, program, 0)
    one.keep(picture(program, 3), [program], now=True)
    other.keep(picture(program, 5), [program], now=True)
    kept = [json.loads(file.read_bytes())["iterations"] for file in sorted(tmp_path.glob("*.json"))]
    assert sorted(kept) == [3, 5]
    one.close()
    third = Keeping(tmp_path, program, 0)
    assert third.offered is not None
    assert third.offered.iterations == 3


def test_the_newest_that_nobody_is_at_is_offered(tmp_path: Path, program: Program) -> None:
    screens = [Keeping(tmp_path, program, 0) for _ in range(3)]
    for iterations, screen in zip((3, 9, 5), screens, strict=True):
        screen.keep(picture(program, iterations), [program], now=True)
    for screen in screens:
        screen.close()
    offered = Keeping(tmp_path, program, 0).offered
    assert offered is not None
    assert offered.iterations == 5


def test_another_program_has_another_place(tmp_path: Path, program: Program) -> None:
    first = Keeping(tmp_path, program, 0)
    first.keep(picture(program, 3), [program], now=True)
    assert first.of(parse(TEXT, "other")).offered is None
    assert Keeping(tmp_path, program, 0).offered is not None


def test_a_place_is_never_half_written(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(tmp_path, "mine")
    keeper.open()
    keeper.keep(place_of(picture(program, 3), [program], 0))

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    keeper.keep(place_of(picture(program, 4), [program], 0))
    keeper.close()
    assert [file.suffix for file in sorted(tmp_path.iterdir())] == [".json", ".lock"]
    monkeypatch.undo()
    place = Keeper(tmp_path, "mine").open()
    assert place is not None
    assert place.iterations == 3


def test_a_folder_that_refuses_keeps_nothing(tmp_path: Path, program: Program) -> None:
    (tmp_path / "file").write_text("")
    keeping = Keeping(tmp_path / "file" / "folder", program, 0)
    keeping.keep(picture(program, 3), [program], now=True)
    keeping.close()
    assert keeping.offered is None


def _kept(program: Program) -> bytes:
    return to_bytes(place_of(picture(program, 3), [program], 0))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"format":2', b'"format":1'),
        (b'"iterations":3', b'"iterations":"3"'),
        (b'"iterations":3', b'"iterations":-1'),
        (b'"first":0', b'"first":1'),
        (b'"tab":"error"', b'"tab":"elsewhere"'),
        (b'"format":2}', b'"format":2'),
        (b'"W"', b'"\xff"'),
    ],
)
def test_what_nobody_wrote_is_no_place(program: Program, old: bytes, new: bytes) -> None:
    kept = _kept(program)
    assert isinstance(of_bytes(kept), Place)
    assert old in kept
    assert of_bytes(kept.replace(old, new, 1)) is None


def test_lines_that_cannot_be_read_are_not_offered(tmp_path: Path, program: Program) -> None:
    first = Keeping(tmp_path, program, 0)
    first.keep(picture(program, 3), [program], now=True)
    first.close()
    (kept,) = tmp_path.glob("*.json")
    kept.write_bytes(kept.read_bytes().replace(b"loss = W", b"loss = ("))
    assert Keeping(tmp_path, program, 0).offered is None
