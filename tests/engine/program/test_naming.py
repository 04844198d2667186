"""How gradients are named is found, or said in a title or on the command line; titles can stand in loops."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.convert import with_titles
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program, ProgramError, parse
from backprop_tui.engine.program.reading import read

FOUND = Path(__file__).parents[2] / "programs" / "found"
TITLED = """# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters{names}
w = torch.tensor([0.5, -1.0, 2.0])
# %% forward{loss_option}
h = w * x
{loss} = h.sum()
# %% backward{option}
{h} = torch.ones_like(h)
{w} = {h} * x
# %% update
w = w - 0.1 * {w}
"""


def titled(h: str, w: str, option: str = "", loss: str = "loss") -> Program:
    """A program with titles whose gradients have these names."""
    loss_option = "" if loss == "loss" else f' loss="{loss}"'
    text = TITLED.format(h=h, w=w, option=option, loss=loss, loss_option=loss_option, names="")
    return parse(text, "titled")


@pytest.mark.parametrize(
    "pattern", ["d{}", "grad_{}", "{}_grad", "d_{}", "d{}_", "nabla_{}", "dL_d{}", "δ{}", "g{}", "{}Grad"]
)
def test_the_naming_is_found_in_a_program_with_titles_as_well(pattern: str) -> None:
    program = titled(pattern.format("h"), pattern.format("w"))
    assert program.naming.pattern == pattern
    report = check(program)
    assert [one.tensor for one in report.gradients] == ["h", "w"]
    assert report.exit_code == 0


def test_a_title_says_how_gradients_are_named_and_which_are_exceptions() -> None:
    program = titled("upstream", "slope_w", ' gradient="slope_{}" gradient.h="upstream"')
    assert (program.naming.gradient("h"), program.naming.tensor("upstream")) == ("upstream", "h")
    assert [one.name for one in check(program).gradients] == ["upstream", "slope_w"]
    wrong = parse(program.text.replace("= upstream * x", "= 2 * upstream * x"), "wrong")
    assert [one.name for one in check(wrong).failing] == ["slope_w"]


def test_a_title_says_what_the_loss_is_called() -> None:
    assert check(titled("dh", "dw", loss="energy")).exit_code == 0


def test_a_missing_gradient_has_the_name_that_its_program_would_give_it() -> None:
    text = TITLED.format(h="grad_h", w="grad_w", option="", loss="loss", loss_option="", names="")
    text = text.replace("grad_w = grad_h * x\n", "").replace("w = w - 0.1 * grad_w\n", "")
    assert [one.name for one in check(parse(text, "missing")).failing] == ["grad_w"]


SCRIPTS = sorted(file.name for file in FOUND.glob("*.py") if file.stem != "random_upstream")


@pytest.mark.parametrize("name", [*SCRIPTS, "four_exercises.ipynb"])
def test_titles_that_are_written_into_a_copy_mean_what_was_found(name: str) -> None:
    program = load(str(FOUND / name))
    found = program.found
    assert found is not None
    if not found.loss:
        with pytest.raises(ProgramError, match="titles need a loss"):
            with_titles(program)
        return
    text = with_titles(program)
    titles = [line for line in text.split("\n") if line.lstrip().startswith("# %% ")]
    plain = [line for line in program.lines if line.lstrip().startswith("# %% ")]
    sections = [program.section("parameters"), True, found.backward, found.update]
    assert len(titles) - len(plain) == sum(map(bool, sections))
    assert [line for line in text.split("\n") if line not in titles] == [
        line for line in program.lines if line not in plain
    ]
    again = read(text, program.name)
    assert (again.naming, again.loss, again.parameters) == (program.naming, program.loss, program.parameters)
    for kind in ("update", "between"):
        old, new = program.section(kind), again.section(kind)
        if old is not None and new is not None and again.found is not None:
            assert [s.text for s in new.statements] == [s.text for s in old.statements]


STRAIGHT = """import torch
torch.manual_seed(11)
x = torch.randn(4, 2)
W = torch.randn(2, 3)
h = x @ W
loss = (h ** 2).mean()
dh = 2 * h / h.numel()
dW = x.T @ dh
W -= 0.1 * dW
"""


def test_a_copy_with_titles_draws_what_the_script_draws() -> None:
    script = read(STRAIGHT, "straight")
    assert check(read(with_titles(script), "titled")).losses == check(script).losses


def test_gradients_that_are_plainly_named_by_another_scheme_are_exceptions() -> None:
    program = read(STRAIGHT.replace("dW", "grad_W"), "straight")
    assert program.naming.exceptions == (("W", "grad_W"),)
    assert program.found is not None
    assert program.found.words.endswith("gradients are named dX, grad_W")
    assert {one.name: one.verdict.passes for one in check(program).gradients} == {"dh": True, "grad_W": True}


def test_a_title_in_a_loop_moves_a_border() -> None:
    text = "import torch\nw = torch.zeros(3)\nfor i in range(3):\n    loss = w.sum()\n    print(i)\n"
    text += "    dw = torch.ones(3)\n    print(w)\n    w = w - dw\n"
    plain = read(text, "script")
    moved = read(text.replace("    print(w)\n", "    # %% update\n    print(w)\n"), "script")
    sections = [program.section("update") for program in (plain, moved)]
    assert [[s.text for s in section.statements] for section in sections if section is not None] == [
        ["w = w - dw"],
        ["print(w)", "w = w - dw"],
    ]


def test_cells_of_a_script_may_have_titles_of_their_own() -> None:
    text = "# %% Imports\nimport torch\n# %% Parameters\nw = torch.zeros(3)\n# %% Forward and backward\n"
    text += "for i in range(3):\n    loss = w.sum()\n    dw = torch.ones(3)\n    w = w - dw\n"
    found = read(text, "script").found
    assert found is not None
    assert found.where == "the loop in line 6"


def test_a_title_that_is_nearly_that_of_a_section_is_asked_about() -> None:
    text = "# %% setup\nimport torch\n# %% parameters\nw = torch.zeros(3)\n# %% fowrard\nloss = w.sum()\n"
    with pytest.raises(ProgramError, match="`fowrard` is not the title of a section") as raised:
        read(text, "script")
    assert raised.value.hint == "Did you mean `forward`?"


def test_titles_without_a_forward_are_told_what_is_missing() -> None:
    with pytest.raises(ProgramError, match="the program has no section `forward`"):
        read("# %% setup\nimport torch\n# %% parameters\nw = torch.zeros(3)\n", "script")
