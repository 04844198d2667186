"""A program is parsed into sections, or refused with file, line, column and what to do."""

from __future__ import annotations

import contextlib
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.engine.program.program import SECTIONS, Program, ProgramError, parse

FORWARD = "# %% forward\nloss = W.sum()\n"


def refused(text: str) -> ProgramError:
    with pytest.raises(ProgramError) as caught:
        parse(text, "mine", Path("mine.py"))
    return caught.value


def kinds(text: str) -> list[str]:
    return [section.kind for section in parse(text, "mine").sections]


def test_sections_come_in_the_order_they_run(build: Callable[..., Program]) -> None:
    assert [section.kind for section in build().sections] == list(SECTIONS)


def test_titles_may_be_written_in_any_case_and_with_a_colon() -> None:
    assert kinds("# %% SetUp\nx = 1\n# %% Forward:\nloss = x") == ["setup", "forward"]


def test_text_before_the_first_title_is_setup() -> None:
    program = parse("import torch\n" + FORWARD, "mine")
    setup = program.section("setup")
    assert setup is not None
    assert [statement.text for statement in setup.statements] == ["import torch"]


def test_text_before_a_setup_title_joins_it() -> None:
    setup = parse("import torch\n# %% setup\nn = 2\n" + FORWARD, "mine").section("setup")
    assert setup is not None
    assert [statement.line for statement in setup.statements] == [1, 3]


def test_an_untitled_cell_continues_the_section_before_it() -> None:
    forward = parse("# %% forward\nh = 1\n# %%\nloss = h\n", "mine").section("forward")
    assert forward is not None
    assert [statement.line for statement in forward.statements] == [2, 4]


def test_narration_is_skipped_whatever_it_says() -> None:
    program = parse("# %% [markdown]\n# forward\nnot python at all\n" + FORWARD, "mine")
    assert [section.kind for section in program.sections] == ["setup", "forward"]


def test_a_narration_cell_inside_a_section_does_not_end_it() -> None:
    text = "# %% forward\nh = 1\n# %% [markdown]\n# words\n# %%\nloss = h\n"
    forward = parse(text, "mine").section("forward")
    assert forward is not None
    assert [statement.text for statement in forward.statements] == ["h = 1", "loss = h"]


def test_backward_and_update_may_be_missing() -> None:
    assert parse(FORWARD, "mine").section("backward") is None


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_the_same_with_every_line_ending(ending: str) -> None:
    program = parse(ending.join(["# %% forward", "h = 1", "loss = h", ""]), "mine")
    forward = program.section("forward")
    assert forward is not None
    assert [statement.line for statement in forward.statements] == [2, 3]


def test_source_full_of_markup_is_only_text() -> None:
    program = parse("# %% forward\nloss = a[/1] if '[/]' else b['[red]']\n".replace("/1", "1"), "a[/]b")
    assert program.name == "a[/]b"
    assert "[/]" in program.lines[1]


@pytest.mark.parametrize("text", ["", "\n", "   \n\t\n", "\n" * 100])
def test_an_empty_file_is_told_how_to_get_a_start(text: str) -> None:
    problem = refused(text)
    assert str(problem) == "mine.py: the file is empty. `backprop-tui new FILE` writes a start"


@pytest.mark.parametrize(
    ("title", "guess"),
    [("foward", "forward"), ("Backwards", "backward"), ("params", "parameters"), ("forward pass", "forward")],
)
def test_an_unknown_title_that_is_near_one_gets_a_did_you_mean(title: str, guess: str) -> None:
    problem = refused(f"x = 1\n# %% {title}\nloss = 1\n")
    assert (problem.line, problem.column) == (2, 6)
    assert str(problem) == f"mine.py:2:6: `{title}` is not the title of a section. Did you mean `{guess}`?"


def test_an_unknown_title_that_is_near_none_gets_the_list() -> None:
    problem = refused("# %% weather\nx = 1\n" + FORWARD)
    assert problem.hint == "The titles are setup, parameters, forward, backward, update"


def test_a_program_without_forward_is_told_where_one_goes() -> None:
    problem = refused("# %% setup\nx = 1\n")
    assert problem.message == "the program has no section `forward`"
    assert "# %% forward" in problem.hint


def test_a_forward_that_binds_no_loss_is_refused_at_its_title() -> None:
    problem = refused("# %% forward\nh = 1\n")
    assert (problem.line, problem.message) == (1, "the forward never binds `loss`")
    assert problem.hint == "Its last line is `loss = ...`, a scalar"


@pytest.mark.parametrize("name", ["los", "Loss", "losss", "l0ss"])
def test_a_forward_that_nearly_binds_loss_is_told_which_name_to_change(name: str) -> None:
    assert refused(f"# %% forward\n{name} = 1\n").hint == f"Rename `{name}` to `loss`"


@pytest.mark.parametrize(
    "line",
    [
        "loss = 1",
        "loss: float = 1",
        "a, loss = 1, 2",
        "loss = other = 1",
        "(loss := 1)",
        "if True:\n    loss = 1",
        "for loss in [1]: pass",
        "with open('x') as loss: pass",
        "loss += 1",
        "try:\n    pass\nexcept ValueError:\n    loss = 1",
    ],
)
def test_every_way_of_binding_loss_is_enough(line: str) -> None:
    assert "forward" in kinds(f"# %% forward\n{line}\n")


@pytest.mark.parametrize(
    "line", ["def f():\n    loss = 1", "f = lambda loss: loss", "[loss for loss in [1]]"]
)
def test_a_loss_inside_a_function_does_not_count(line: str) -> None:
    assert refused(f"# %% forward\n{line}\n").message == "the forward never binds `loss`"


def test_a_syntax_error_has_file_line_and_column() -> None:
    problem = refused("# %% setup\nx = 1\n# %% forward\nloss = = 2\n")
    assert (problem.path, problem.line, problem.column) == ("mine.py", 4, 8)
    assert str(problem) == "mine.py:4:8: syntax error: invalid syntax. The line reads `loss = = 2`"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# %% forward\nloss = (1\n# %% backward\nx = 1\n", 2),
        ("# %% forward\nloss = 'a\n", 2),
        ("# %% forward\nif 1:\nloss = 1\n", 3),
        ("# %% forward\n\tx = 1\n        loss = 2\n", 2),
        ("# %% forward\nloss = 1\nreturn loss\n", 3),
        ("# %% forward\nloss = 1\nbreak\n", 3),
        ("# %% forward\nloss = await x\n", 2),
        ("# %% forward\n1 = loss = 2\n", 2),
    ],
)
def test_what_python_cannot_compile_is_refused_on_its_line(text: str, line: int) -> None:
    problem = refused(text)
    assert problem.line == line
    assert problem.message.startswith("syntax error: ")


@pytest.mark.parametrize("magic", ["%matplotlib inline", "!pip install torch"])
def test_notebook_magics_are_named_for_what_they_are(magic: str) -> None:
    problem = refused(f"# %% setup\n{magic}\n" + FORWARD)
    assert problem.hint == "Notebook magics are not Python; take the line out"


def test_a_section_that_begins_twice_names_both_lines() -> None:
    problem = refused(FORWARD + "# %% forward\nloss = 2\n")
    assert problem.line == 3
    assert "line 1" in problem.hint


def test_a_section_out_of_order_is_refused() -> None:
    problem = refused(FORWARD + "# %% parameters\nW = 1\n")
    assert problem.message == "the section `parameters` stands after `forward`"


def test_source_nested_too_deeply_is_refused_and_not_a_crash() -> None:
    refused("# %% forward\nloss = " + "(" * 5000 + ")" * 5000 + "\n")


def test_zero_bytes_in_the_text_are_refused() -> None:
    refused("# %% forward\nloss = '\0'\n")


@given(st.text(alphabet=string.printable + "é∂", max_size=200))
def test_any_text_is_a_program_or_a_program_error(text: str) -> None:
    for candidate in (text, "# %% forward\nloss = 1\n" + text):
        with contextlib.suppress(ProgramError):
            assert parse(candidate, "mine").section("forward") is not None


@given(
    st.lists(
        st.sampled_from(["x = 1", "loss = 2", "", "# %%", "# %% [markdown]", "if x:", "    y = 1"]),
        max_size=12,
    )
)
def test_every_statement_quotes_its_own_lines(lines: list[str]) -> None:
    text = "\n".join(["# %% forward", "loss = 0", *lines])
    try:
        program = parse(text, "mine")
    except ProgramError:
        return
    for section in program.sections:
        for statement in section.statements:
            assert statement.text in program.lines[statement.line - 1]
