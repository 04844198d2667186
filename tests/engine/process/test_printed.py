"""What a program prints is kept short, and read as fast as it is written."""

from __future__ import annotations

import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.engine.process.printed import Output


@given(st.lists(st.text(alphabet="ab\n", max_size=8)))
def test_however_it_is_cut_the_text_comes_out_in_the_same_lines(pieces: list[str]) -> None:
    output = Output()
    for piece in pieces:
        output.write(piece)
    lines = "".join(pieces).split("\n")
    assert output.lines()[0] == tuple(lines if lines[-1] else lines[:-1])
    assert output.lines()[1] == len(lines) - 1


def test_only_the_last_thousand_lines_are_kept_and_all_are_counted() -> None:
    output = Output()
    output.write("".join(f"{n}\n" for n in range(5000)))
    assert output.lines()[0] == tuple(str(n) for n in range(4000, 5000))
    assert output.lines()[1] == 5000


def test_a_line_of_megabytes_is_cut() -> None:
    output = Output()
    for _ in range(5):
        output.write("x" * 1_000_000)
    output.write("\nshort\n")
    assert [len(line) for line in output.lines()[0]] == [2000, 5]


def test_an_unfinished_line_is_among_the_lines() -> None:
    output = Output()
    output.write("one\ntwo")
    assert output.lines()[0] == ("one", "two")
    output.clear()
    assert output.lines() == ((), 0)


def test_a_pipe_is_read_while_it_is_written_and_to_its_end() -> None:
    output, shown = Output(), threading.Event()
    reading, writing = os.pipe()
    output.follow(reading, shown.set)
    with os.fdopen(writing, "w") as stream:
        for n in range(100_000):
            stream.write(f"{n} {'x' * 20}\n")
    assert shown.wait(60)
    while output.lines()[1] < 100_000:
        assert shown.wait(60)
    lines, total = output.lines()
    assert (lines[-1].split()[0], total) == ("99999", 100_000)


def test_what_was_written_before_it_is_asked_for_is_there() -> None:
    output = Output()
    reading, writing = os.pipe()
    output.follow(reading, lambda: None)
    os.write(writing, b"one\ntwo")
    assert output.lines() == (("one", "two"), 1)
    output.leave()
    os.close(writing)
