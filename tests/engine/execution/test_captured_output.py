"""What a program prints is caught on its own thread and kept short."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.engine.debugger.commands import Advance, Unit
from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.execution.recording.captured_output import Output, capture_thread
from backprop_tui.engine.program.program import parse


@given(st.lists(st.text(alphabet="ab\n", max_size=8)))
def test_however_it_is_cut_the_text_comes_out_in_the_same_lines(pieces: list[str]) -> None:
    output = Output()
    for piece in pieces:
        output.write(piece)
    lines = "".join(pieces).split("\n")
    assert output.lines() == tuple(lines if lines[-1] else lines[:-1])
    assert output.total == len(lines) - 1


def test_only_the_last_thousand_lines_are_kept_and_all_are_counted() -> None:
    output = Output()
    output.write("".join(f"{n}\n" for n in range(5000)))
    assert output.lines() == tuple(str(n) for n in range(4000, 5000))
    assert output.total == 5000


def test_a_line_of_megabytes_is_cut() -> None:
    output = Output()
    for _ in range(5):
        output.write("x" * 1_000_000)
    output.write("\nshort\n")
    assert [len(line) for line in output.lines()] == [2000, 5]


def test_an_unfinished_line_is_among_the_lines() -> None:
    output = Output()
    output.write("one\ntwo")
    assert output.lines() == ("one", "two")
    output.clear()
    assert (output.lines(), output.total) == ((), 0)


def test_both_streams_of_the_entering_thread_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    with capture_thread(output):
        print("out [/]")
        print("err", file=sys.stderr)
        assert not sys.stdout.isatty()
    print("after")
    assert output.lines() == ("out [/]", "err")
    assert capsys.readouterr().out == "after\n"


def test_what_other_threads_print_goes_where_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    with capture_thread(output):
        other = threading.Thread(target=print, args=("from elsewhere",))
        other.start()
        other.join()
    assert output.lines() == ()
    assert capsys.readouterr().out == "from elsewhere\n"


def test_a_stream_that_was_replaced_meanwhile_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = sys.__stdout__
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    with capture_thread(Output()):
        sys.stdout = mine
    assert sys.stdout is mine


def test_what_a_check_runs_again_is_not_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    text = """# %% setup
import logging
import torch
# %% parameters
W = torch.ones(3)
# %% forward
logging.warning("hello")
print("printed")
loss = (W * W).sum()
# %% backward
dW = 2 * W
"""
    stepper = Stepper(parse(text, "logs"), 0)
    with capture_thread(stepper.output):
        stepper.begin()
        stepper.handle(Advance(Unit.ITERATION))
        assert stepper.line_check.due
        stepper.check_lines()
    assert stepper.output.lines() == ("WARNING:root:hello", "printed")
