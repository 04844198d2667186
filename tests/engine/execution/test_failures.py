"""A failure is told with the user's own lines, and with none of ours."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_tui.engine.execution.failure import Failure
from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.library import load

Begun = Callable[..., Session]
Iterated = Callable[..., Iteration]


def failure_in(record: Iteration) -> Failure:
    assert record.failure is not None
    return record.failure


def test_a_failure_names_section_line_type_and_message(iterated: Iterated) -> None:
    failure = failure_in(iterated(backward="dH = torch.ones(3)\ndW = dH @ torch.ones(4)"))
    assert (failure.section, failure.line, failure.type) == ("backward", 11, "RuntimeError")
    assert "inconsistent tensor size" in failure.message
    assert failure.traceback == ("line 11: dW = dH @ torch.ones(4)",)


def test_the_traceback_of_a_helper_has_its_line_and_the_calling_one(iterated: Iterated) -> None:
    helper = "+\ndef outer(t):\n    return inner(t)\n\ndef inner(t):\n    return t / nothing\n"
    failure = failure_in(iterated(setup=helper, backward="dW = outer(x)"))
    assert failure.line == 16
    assert failure.message == "name 'nothing' is not defined"
    assert failure.traceback == (
        "line 16: dW = outer(x)",
        "line 6, in outer: return inner(t)",
        "line 9, in inner: return t / nothing",
    )


def test_an_error_inside_torch_shows_only_the_programs_lines(iterated: Iterated) -> None:
    failure = failure_in(iterated(forward="H = torch.nn.functional.linear(x, W[:2])\nloss = H.sum()"))
    assert failure.traceback == ("line 7: H = torch.nn.functional.linear(x, W[:2])",)


def test_an_error_in_a_loop_header_is_on_the_header(iterated: Iterated) -> None:
    assert failure_in(iterated(backward="dW = x.clone()\nfor i in None:\n    dW += 1")).line == 11


def test_the_lines_of_an_endless_recursion_are_folded(iterated: Iterated) -> None:
    failure = failure_in(iterated(setup="+\ndef f():\n    f()", forward="loss = f()"))
    assert failure.line == 10
    assert failure.traceback[:4] == ("line 10: loss = f()", *["line 6, in f: f()"] * 3)
    assert re.fullmatch(r"previous line repeated \d{3} more times", failure.traceback[4])
    assert len(failure.traceback) == 5


def test_the_last_twenty_lines_of_two_functions_that_call_each_other_are_shown(iterated: Iterated) -> None:
    helpers = "+\ndef f():\n    g()\n\ndef g():\n    f()"
    failure = failure_in(iterated(setup=helpers, forward="loss = f()"))
    assert len(failure.traceback) == 20


def test_a_message_of_megabytes_is_cut(iterated: Iterated) -> None:
    failure = failure_in(iterated(backward="raise ValueError('x' * 5_000_000)"))
    assert len(failure.message) <= 2000
    assert failure.message.startswith("xxx")


def test_an_error_that_cannot_be_printed_is_named_by_its_type(iterated: Iterated) -> None:
    bad = "+\nclass Bad(Exception):\n    def __str__(self):\n        raise RuntimeError\n"
    failure = failure_in(iterated(setup=bad, forward="loss = 1\nraise Bad"))
    assert (failure.type, failure.message) == ("Bad", "Bad")


def test_an_error_without_a_message_is_named_by_its_type(iterated: Iterated) -> None:
    assert failure_in(iterated(backward="assert False")).message == "AssertionError"


def test_exiting_is_told_as_what_it_is(iterated: Iterated) -> None:
    assert (
        failure_in(iterated(backward="import sys\nsys.exit(3)")).message == "the program called sys.exit(3)"
    )


def test_reading_the_keyboard_is_refused_with_what_to_do(iterated: Iterated) -> None:
    message = failure_in(iterated(backward="n = input('how many?')")).message
    assert message == "a program cannot read the keyboard here; bind the value in the setup"


def test_markup_in_a_message_is_left_as_it_is(iterated: Iterated) -> None:
    failure = failure_in(iterated(backward="raise ValueError('a[/]b [red]')"))
    assert failure.message == "a[/]b [red]"
    assert failure.traceback == ("line 10: raise ValueError('a[/]b [red]')",)


def test_a_failure_while_tracebacks_are_read_quotes_the_text_that_ran(
    tmp_path: Path, text_of: Callable[..., str]
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(text_of(forward="loss = W.sum() / nothing"), encoding="utf-8")
    session = Session(load(str(file)))
    session.begin()
    file.write_text("# something else\n" * 10, encoding="utf-8")
    assert failure_in(session.iterate()).traceback == ("line 7: loss = W.sum() / nothing",)


def test_a_program_may_import_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "layers_of_this_test.py").write_text("def double(t):\n    return t * 2\n", encoding="utf-8")
    file = tmp_path / "mine.py"
    text = """
        # %% setup
        import torch
        from layers_of_this_test import double
        # %% parameters
        W = torch.ones(2)
        # %% forward
        loss = double(W).sum()
    """
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    session = Session(load(str(file)))
    assert session.begin() is None
    assert session.iterate().loss == 4


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("dW = dH[:, None] @ M", "dH[:, None] is [3, 1], M is [2, 4]: they do not fit for @"),
        ("dW = dH + 2 * M.T", "dH is [3], 2 * M.T is [4, 2]: they do not fit for +"),
        ("dW = torch.matmul(M, M)", "M is [2, 4], M is [2, 4]: they do not fit for matmul"),
        ("dW = M.view(3, 3).sum() * dH", "M is [2, 4]: it does not fit for M.view(3, 3)"),
        ("dW = dH.clone()\ndW += M[0]", "dW is [3], M[0] is [4]: they do not fit for +="),
        ("dW = outer(M)", "t is [2, 4], t is [2, 4]: they do not fit for @"),
    ],
)
def test_shapes_that_do_not_fit_are_told_with_their_operands(
    iterated: Iterated, line: str, told: str
) -> None:
    setup = "+\nM = torch.ones(2, 4)\ndef outer(t):\n    return t @ t"
    assert failure_in(iterated(setup=setup, backward=f"dH = torch.ones(3)\n{line}")).misfit == told


@pytest.mark.parametrize(
    "line", ["dW = nothing * dH", "dW = dH.half() @ x", "dW = dH / (1 // 0)", "dW = dH[7]"]
)
def test_what_is_no_matter_of_shapes_is_told_without_them(iterated: Iterated, line: str) -> None:
    assert failure_in(iterated(backward=f"dH = torch.ones(3)\n{line}")).misfit == ""


def test_a_traceback_of_a_hundred_thousand_frames_is_told_in_a_few_lines(begun: Begun) -> None:
    limit = sys.getrecursionlimit()
    deep = "+import sys\nsys.setrecursionlimit(100_000)\ndef f(n): return f(n + 1)"
    try:
        record = begun(setup=deep, forward="H = W * x\nloss = H.sum()\nk = f(0)").iterate()
    finally:
        sys.setrecursionlimit(limit)
    assert record.failure is not None
    assert record.failure.message == "the program calls itself without end"
    assert record.failure.line == 12
    assert len(record.failure.traceback) == 5
    assert record.failure.traceback[-1].endswith("more times")
