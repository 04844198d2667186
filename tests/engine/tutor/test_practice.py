"""A copy to practise on: every gradient to be written, each right as soon as its lines are, in any order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.blanked import blankable, blanked
from backprop_tui.engine.program.library import bundled_names, load
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.tutor.practice import CannotPractise, practice
from backprop_tui.engine.verdict import Verdict

FOUND = Path(__file__).parents[2] / "programs" / "found"
WRONG = "# %% setup\nimport torch\n# %% parameters\nW = torch.ones(3)\n# %% forward\nloss = (W ** 2).sum()\n"


@pytest.mark.parametrize("name", bundled_names())
def test_every_gradient_of_a_bundled_program_is_to_be_written(name: str) -> None:
    program = load(name)
    names = [one.name for one in check(program).gradients]
    made = practice(program, Path(f"{name}_practice.py"))
    copy = parse(made.text, "copy")
    verdicts = {one.name: one.verdict for one in check(copy).gradients}
    assert verdicts == dict.fromkeys(names, Verdict.NOT_WRITTEN)
    assert made.gradients == len(names)
    rest = [s.text for s in copy.statements if s.section != "backward"]
    assert rest == [s.text for s in program.statements if s.section != "backward"]


@pytest.mark.parametrize("name", ["softmax_mlp", "batchnorm_mlp", "attention_head"])
def test_lines_are_right_in_whatever_order_they_come(name: str) -> None:
    program = load(name)
    names = [one.name for one in check(program).gradients]
    chance = random.Random(name)
    for _ in range(4):
        left = set(chance.sample(names, chance.randint(1, len(names) - 1)))
        text = blanked(program, blankable(program, left), set(names) - left)
        verdicts = {one.name: one.verdict for one in check(parse(text, "copy")).gradients}
        assert {one for one, verdict in verdicts.items() if verdict is Verdict.NOT_WRITTEN} == left
        assert all(verdicts[one].passes for one in names if one not in left)


@pytest.mark.parametrize(
    "name", ["shuffled_epochs", "characters_clipped", "negative_samples", "leibniz_names"]
)
def test_scripts_keep_their_form_and_are_found_again(name: str) -> None:
    made = practice(load(str(FOUND / f"{name}.py")), Path(f"{name}_practice.py"))
    assert made.gradients > 0
    assert "# %% forward" not in made.text


@pytest.mark.parametrize(
    ("backward", "words"),
    [
        ("dW = W", "its gradients do not pass: line 8, dW: wrong here: 2 times too small"),
        ("dW = ...", "its gradients do not pass: line 8, dW: not written yet"),
        ("dW = 2 * W\n1 / 0", "it does not run: ZeroDivisionError"),
        ("factor = 2", "its gradients do not pass: dW: not written yet"),
    ],
)
def test_what_does_not_pass_is_refused_with_the_reason(backward: str, words: str) -> None:
    with pytest.raises(CannotPractise) as refused:
        practice(parse(f"{WRONG}# %% backward\n{backward}\n", "mine"), Path("mine_practice.py"))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("name", "words"), [("without_a_loss", "no iteration was found"), ("rates_in_turn", "TypeError")]
)
def test_a_script_that_does_not_go_without_its_gradients_is_refused(name: str, words: str) -> None:
    with pytest.raises(CannotPractise, match=f"no copy of it without its gradients runs here: .*{words}"):
        practice(load(str(FOUND / f"{name}.py")), Path(f"{name}_practice.py"))


def test_where_no_line_writes_a_gradient_there_is_nothing_to_practise() -> None:
    program = parse(
        f"{WRONG}# %% backward\nloss.backward()\ndW, factor = W.grad, 0.1\n# %% update\nW -= factor * dW\n",
        "m",
    )
    with pytest.raises(CannotPractise, match="no gradient whose lines could be blanked"):
        practice(program, Path("m_practice.py"))
