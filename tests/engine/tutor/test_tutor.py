"""What the screen is told when it asks: explanations, hints that go on, a line written into the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Ask, Restart, TakeBack, Unit
from backprop_tui.engine.debugger.wire.looks import SelectName
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.tutor.answer import Answer, Asked

TEXT = """# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters
W = torch.tensor([0.5, -1.0, 2.0])
# %% forward
h = W * x
k = h.tanh()
loss = k.sum()
# %% backward
dk = torch.ones_like(k)
dh = (1 - h ** 2) * dk  # not of k?
dW = dh * x
# %% update
W = W - 0.1 * dW
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(TEXT)
    return path


def stepped(program: Program, tensor: str) -> Stepper:
    stepper = Stepper(program, 0)
    stepper.begin()
    stepper.handle(Advance(Unit.ITERATION))
    stepper.check_lines()
    stepper.handle(SelectName(tensor))
    return stepper


def ask(stepper: Stepper, asked: Asked) -> Answer:
    stepper.handle(Ask(asked))
    answer = stepper.frame(0).answer
    assert answer is not None
    return answer


def text(answer: Answer) -> list[str]:
    return [told.text for told in answer.lines]


def test_hints_go_on_to_the_line(file: Path) -> None:
    stepper = stepped(load(str(file)), "h")
    heads = [text(ask(stepper, Asked.HINT))[0] for _ in range(6)]
    assert heads == [f"dh, hint {level} of 5" for level in (1, 2, 3, 4, 5, 5)]
    assert text(ask(stepper, Asked.HINT))[1:] == ["dh = (1 - k ** 2) * dk"]


def test_more_is_offered_until_the_line_was_told_and_never_of_what_is_right(file: Path) -> None:
    stepper = stepped(load(str(file)), "h")
    assert ask(stepper, Asked.EXPLANATION).more
    assert [ask(stepper, Asked.HINT).more for _ in range(6)] == [True] * 4 + [False] * 2
    assert not ask(stepper, Asked.EXPLANATION).more
    stepper.handle(SelectName("k"))
    assert not ask(stepper, Asked.EXPLANATION).more
    assert not ask(stepper, Asked.HINT).more


def test_no_hint_for_what_is_right(file: Path) -> None:
    assert text(ask(stepped(load(str(file)), "k"), Asked.HINT)) == ["dk is right already."]


def test_an_explanation_comes_for_what_is_right_too(file: Path) -> None:
    said = text(ask(stepped(load(str(file)), "k"), Asked.EXPLANATION))
    assert said[0] == "k [3]: line 8: k = h.tanh()"
    assert "used by line 9: loss = k.sum()" in said


def test_a_line_is_shown_before_it_is_written(file: Path) -> None:
    stepper = stepped(load(str(file)), "h")
    shown = ask(stepper, Asked.LINE)
    assert shown.writable
    assert text(shown) == ["write dh into mine.py?", "dh = (1 - k ** 2) * dk"]
    assert file.read_text() == TEXT
    written = ask(stepper, Asked.WRITTEN)
    assert not written.writable
    assert file.read_text() == TEXT.replace("dh = (1 - h ** 2) * dk  # not of k?", "dh = (1 - k ** 2) * dk")
    assert check(load(str(file))).exit_code == 0
    assert list(file.parent.iterdir()) == [file]


def test_what_was_written_is_taken_back_unless_the_file_has_changed(file: Path) -> None:
    stepper = stepped(load(str(file)), "h")
    stepper.handle(TakeBack())
    assert stepper.frame(0).notes == ("there is nothing to take back: W has written no line",)
    ask(stepper, Asked.WRITTEN)
    written = file.read_text()
    file.write_text("# mine\n" + written)
    stepper.handle(TakeBack())
    assert file.read_text() == "# mine\n" + written
    assert (
        stepper.frame(0).notes[0].startswith("dh is not taken back, mine.py stays as it is: it has changed")
    )
    file.write_text(written)
    stepper.handle(TakeBack())
    assert file.read_text() == TEXT
    assert stepper.frame(0).notes == ("dh is taken out of mine.py again",)


def test_a_missing_line_goes_where_it_is_read(file: Path) -> None:
    file.write_text(TEXT.replace("dh = (1 - h ** 2) * dk  # not of k?\n", ""))
    ask(stepped(load(str(file)), "h"), Asked.WRITTEN)
    assert check(load(str(file))).exit_code == 0


def test_handwritten_lines_that_changed_meanwhile_are_kept(file: Path) -> None:
    stepper = stepped(load(str(file)), "h")
    file.write_text(TEXT.replace("dW = dh * x", "dW = x * dh  # mine"))
    ask(stepper, Asked.WRITTEN)
    assert "dW = x * dh  # mine" in file.read_text()


def test_lines_that_came_above_meanwhile_move_what_a_written_gradient_comes_from(file: Path) -> None:
    shorter = TEXT.replace("dh = (1 - h ** 2) * dk  # not of k?\n", "")
    file.write_text(shorter)
    stepper = stepped(load(str(file)), "h")
    file.write_text("# one\n# two\n" + shorter)
    ask(stepper, Asked.WRITTEN)
    lines = file.read_text().splitlines()
    assert lines[lines.index("dh = (1 - k ** 2) * dk") - 1] == "# k = h.tanh()"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("h = W * x", "h = W * x * 2"), "the file has changed since it was opened; open it again"),
        (("# %% forward", "# %% foward"), "the file cannot be read as a program any more"),
        (("dh = (1 - h ** 2) * dk", "dh, other = (1 - h ** 2) * dk, 3"), "line 12 does more than write dh"),
    ],
)
def test_nothing_is_written_over_what_it_does_not_know(
    file: Path, change: tuple[str, str], sentence: str
) -> None:
    stepper = stepped(load(str(file)), "h")
    changed = TEXT.replace(*change)
    file.write_text(changed)
    answer = ask(stepper, Asked.WRITTEN)
    assert text(answer)[0].startswith("dh is not written: ")
    assert sentence in text(answer)[0]
    assert file.read_text() == changed


def test_a_line_that_reads_what_is_written_below_its_place_is_not_written(file: Path) -> None:
    lines = "dh = ...\ndW = dh * x\ndk = torch.ones_like(k)\n"
    before, _, rest = TEXT.partition("dk =")
    file.write_text(before + lines + rest[rest.index("# %% update") :])
    answer = ask(stepped(load(str(file)), "h"), Asked.LINE)
    assert not answer.writable
    reason = "line 13 has to come before it, and stands below line 12, which reads dh"
    assert text(answer) == [f"dh is not written: {reason}"]


def test_a_line_goes_below_what_it_reads(file: Path) -> None:
    lines = "dh = ...\ndk = torch.ones_like(k)\ndW = dh * x\n"
    before, _, rest = TEXT.partition("dk =")
    file.write_text(before + lines + rest[rest.index("# %% update") :])
    ask(stepped(load(str(file)), "h"), Asked.WRITTEN)
    written = file.read_text().partition("# %% backward\n")[2]
    assert written.startswith(
        "dk = torch.ones_like(k)\n# k = h.tanh()\ndh = (1 - k ** 2) * dk\ndW = dh * x\n"
    )
    assert check(load(str(file))).exit_code == 0


def test_a_line_that_does_not_pass_in_its_place_is_not_written(file: Path) -> None:
    file.write_text(TEXT.replace("dh = (1 - h ** 2) * dk  # not of k?", "k[0] = 3\ndh = ..."))
    answer = ask(stepped(load(str(file)), "h"), Asked.LINE)
    assert text(answer) == ["dh is not written: the check does not confirm it in its place"]


def test_a_written_line_tells_what_it_reads_that_is_not_written(file: Path) -> None:
    file.write_text(TEXT.replace("dk = torch.ones_like(k)", "dk = ..."))
    told = text(ask(stepped(load(str(file)), "h"), Asked.LINE))
    assert told[-1] == "It reads dk, which no line of the program writes so far."


def test_a_bundled_program_is_never_written_into(linear: Program) -> None:
    wrong = parse(linear.text.replace("dH = 1 *", "dH = 2 *"), linear.name, linear.path)
    stepper = stepped(wrong, "H")
    answer = ask(stepper, Asked.WRITTEN)
    assert "is a bundled program" in text(answer)[0]


def test_before_the_first_iteration_there_is_nothing_to_ask(linear: Program) -> None:
    stepper = Stepper(linear, 0)
    stepper.begin()
    stepper.handle(Ask(Asked.HINT))
    frame = stepper.frame(0)
    assert frame.answer is None
    assert frame.notes == ("no iteration has run yet: space runs one",)


def test_the_session_goes_on_as_if_nobody_had_asked(build: Callable[..., Program]) -> None:
    asked, quiet = stepped(build(), "W"), stepped(build(), "W")
    ask(asked, Asked.EXPLANATION)
    for stepper in (asked, quiet):
        stepper.handle(Advance(Unit.ITERATION))
    assert asked.now.session.losses == quiet.now.session.losses


def test_answers_go_on_after_a_restart(file: Path) -> None:
    stepper = stepped(load(str(file)), "h")
    before = ask(stepper, Asked.HINT)
    stepper.handle(Restart())
    stepper.handle(Advance(Unit.ITERATION))
    stepper.handle(SelectName("h"))
    after = ask(stepper, Asked.HINT)
    assert after.number > before.number
    assert text(after)[0] == "dh, hint 2 of 5"


def test_the_loss_itself_has_the_gradient_that_all_others_start_from(file: Path) -> None:
    said = text(ask(stepped(load(str(file)), "loss"), Asked.EXPLANATION))
    assert said == ["the gradient of the loss itself is 1; every other one starts from there"]


def test_a_right_line_below_a_wrong_one_is_neither_hinted_at_nor_written_anew(file: Path) -> None:
    stepper = stepped(load(str(file)), "W")
    said = ["The line of dW is right.", "Its values are wrong because dh is."]
    assert text(ask(stepper, Asked.HINT)) == said
    answer = ask(stepper, Asked.WRITTEN)
    assert text(answer) == said
    assert not answer.writable
    assert file.read_text() == TEXT
