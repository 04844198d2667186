"""The file is saved while its program is stepped: what the stepper makes of another text."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import (
    Advance,
    Command,
    GoTo,
    ModuleChanged,
    Reload,
    Restart,
    ToggleBreakpoint,
    ToggleRun,
    Unit,
)
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import Pane as ScrolledPane
from backprop_tui.engine.debugger.wire.looks import Scroll, SelectName, ShowTab
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program_text import text_of
from backprop_tui.engine.verdict import Verdict

TEXT = """\
# %% setup
import torch
x = torch.linspace(-1, 1, 12).reshape(4, 3)
y = torch.tensor([1.0, -1.0, 0.5, 2.0])
# %% parameters
w = torch.randn(3)
b = torch.zeros(1)
# %% forward
z = x @ w + b
h = torch.tanh(z)
e = h - y
loss = (e**2).mean()
# %% backward
de = 2 * e / 4
dh = de
dz = dh * (1 - h**2)
dw = x.T @ dz
db = dz.sum(0, keepdim=True)
# %% update
w = w - 0.1 * dw
b = b - 0.1 * db
"""
WRONG = TEXT.replace("(1 - h**2)", "(1 + h**2)")


class Sitting:
    """A stepper over a file, which is saved meanwhile."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        path.write_text(text)
        self.stepper = Stepper(load(str(path)), 0)
        self.stepper.begin()
        self.texts = [text]

    def press(self, *commands: Command) -> Frame:
        for command in commands:
            self.stepper.handle(command)
            while self.stepper.now.pace.running and not isinstance(command, ToggleRun):
                self.stepper.run_until(0.0)
            if self.stepper.now.line_check.due:
                self.stepper.check_lines()
        return self.frame

    def save(self, text: str) -> Frame:
        self.path.write_text(text)
        self.texts.append(text)
        return self.press(Reload(text_of(load(str(self.path))), len(self.texts) - 1))

    @property
    def frame(self) -> Frame:
        return self.stepper.frame(0)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        return {name: one.verdict for name, one in self.stepper.now.line_check.judgements.items()}

    def verdicts_of_check(self) -> dict[str, Verdict]:
        record = self.stepper.now.standing.record
        assert record is not None
        report = check(load(str(self.path)), iterations=record.number + 1, seed=0)
        every = {entry.name: entry.verdict for entry in report.gradients}
        missing = [name for name in every if name not in self.verdicts]
        assert all(every.pop(name) is Verdict.NOT_WRITTEN for name in missing)
        return every


@pytest.fixture
def sitting(tmp_path: Path) -> Sitting:
    return Sitting(tmp_path / "program.py", WRONG)


ITERATION = Advance(Unit.ITERATION)


@pytest.mark.parametrize("iterations", [1, 4])
def test_a_verdict_follows_a_save(sitting: Sitting, iterations: int) -> None:
    sitting.press(*[ITERATION] * iterations)
    assert sitting.verdicts["dz"] is Verdict.WRONG_HERE
    frame = sitting.save(TEXT)
    assert frame.status.iteration == iterations - 1
    assert frame.notes == ("dz right · 5 of 5",)
    assert frame.status.wrong == frame.status.inherited == 0


def test_verdicts_are_those_of_check(sitting: Sitting) -> None:
    sitting.press(ITERATION)
    for text in (TEXT, WRONG, TEXT.replace("dh = de", "dh = ..."), TEXT.replace("dh = de\n", "")):
        sitting.save(text)
        assert sitting.verdicts == sitting.verdicts_of_check()


def test_the_place_the_selection_and_the_breakpoints_stay_where_lines_move(sitting: Sitting) -> None:
    sitting.press(ITERATION, *[Advance(Unit.STATEMENT, -1)] * 4)
    sitting.press(ToggleBreakpoint(14), SelectName("h"), ShowTab(Tab.ERROR))
    before = sitting.press(Scroll(ScrolledPane.TENSORS, 1))
    assert before.current_line == 16
    frame = sitting.save(TEXT.replace("# %% forward\n", "# %% forward\n# one\n# two\n"))
    assert frame.current_line == 18
    assert (frame.inspector.name, frame.inspector.tab) == ("h", Tab.ERROR)
    assert frame.stops.lines == {16}
    assert [line.number for line in frame.lines if line.written] == [9, 10, 18]
    assert not any(line.written for line in sitting.press(Advance(Unit.STATEMENT)).lines)


def test_a_run_pauses_and_shows_the_new_verdict(sitting: Sitting) -> None:
    sitting.press(ToggleRun())
    for _ in range(5):
        sitting.stepper.run_until(0.0)
    frame = sitting.save(TEXT)
    assert not frame.status.running
    assert frame.status.iteration == 4
    assert frame.status.wrong == 0


def test_another_setup_waits_for_home(sitting: Sitting) -> None:
    sitting.press(ITERATION, ITERATION)
    before = sitting.frame
    frame = sitting.save(TEXT.replace("linspace(-1", "linspace(-2"))
    assert frame.notes == ("setup changed in line 3: home starts anew with that",)
    assert frame.file.behind
    assert frame.file.number == 0
    assert frame.status.wrong == before.status.wrong
    frame = sitting.press(Restart())
    assert (frame.file.number, frame.file.behind, frame.notes) == (1, False, ())
    sitting.press(ITERATION)
    assert sitting.verdicts == sitting.verdicts_of_check()


def test_setup_that_is_what_it_was_again_waits_for_nothing(sitting: Sitting) -> None:
    sitting.press(ITERATION)
    sitting.save(TEXT.replace("linspace(-1", "linspace(-2"))
    frame = sitting.save(WRONG)
    assert not frame.file.behind
    frame = sitting.save(TEXT)
    assert frame.status.wrong == 0


def test_older_lines_are_shown_where_they_ran(sitting: Sitting) -> None:
    sitting.press(*[ITERATION] * 3)
    old = sitting.press(GoTo(2))
    sitting.press(ITERATION)
    sitting.save("# a word\n" + TEXT)
    frame = sitting.press(Advance(Unit.ITERATION, -1))
    assert frame.file.behind
    assert frame.file.number == 0
    assert frame.notes[0] == "iteration 1 ran with these older lines; the file has others by now"
    assert [replace(row, selected=False) for row in frame.tensors] == [
        replace(row, selected=False) for row in old.tensors
    ]
    frame = sitting.press(ITERATION)
    assert (frame.file.number, frame.file.behind) == (1, False)
    assert frame.file.versions == ((0, 0), (2, 1))


def test_from_an_older_iteration_new_lines_begin_another_future(sitting: Sitting) -> None:
    sitting.press(*[ITERATION] * 5, GoTo(2))
    frame = sitting.save(TEXT)
    assert frame.status.iteration == 1
    assert frame.losses.iterations == 2
    assert sitting.press(ITERATION).status.wrong == 0


def test_what_did_not_begin_begins_anew(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path / "program.py", TEXT.replace("import torch", "import torch\nraise ValueError"))
    assert sitting.frame.failure is not None
    frame = sitting.save(TEXT)
    assert frame.failure is None
    assert frame.notes == ("begun anew with the file's new lines",)
    assert sitting.press(ITERATION).status.wrong == 0


def test_what_raises_is_put_right(sitting: Sitting) -> None:
    sitting.press(ITERATION)
    frame = sitting.save(TEXT.replace("dw = x.T", "dw = x"))
    assert frame.failure is not None
    frame = sitting.save(TEXT)
    assert frame.failure is None
    assert frame.notes == ("dz right · 5 of 5",)


def test_a_module_that_changed_is_read_anew_at_home(tmp_path: Path) -> None:
    (tmp_path / "beside_the_reload.py").write_text("factor = 1.0\n")
    text = TEXT.replace("import torch\n", "import torch\nfrom beside_the_reload import factor\n")
    sitting = Sitting(tmp_path / "program.py", text.replace("dh = de", "dh = de * factor"))
    sitting.press(ITERATION)
    assert sitting.frame.file.modules == (str(tmp_path / "beside_the_reload.py"),)
    (tmp_path / "beside_the_reload.py").write_text("factor = 3.0\n")
    frame = sitting.press(ModuleChanged("beside_the_reload.py"))
    assert frame.notes == ("beside_the_reload.py changed: home starts anew with that",)
    assert frame.file.behind
    assert sitting.verdicts["dh"].passes
    sitting.press(Restart(), ITERATION)
    assert sitting.verdicts["dh"] is Verdict.WRONG_HERE
