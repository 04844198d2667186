"""Explanations name the rule, the term in the program's names, and one entry's numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.program.library import bundled_names, load
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.tutor.explanation import Explanation, explain
from backprop_tui.engine.tutor.hints import PASSED_ON, hint
from backprop_tui.engine.tutor.own_terms import TermsOf
from backprop_tui.engine.tutor.study import study
from backprop_tui.engine.tutor.wording import right_already

Build = Callable[..., Program]


def explained(program: Program, tensor: str, at: tuple[int, ...] | None = None) -> Explanation:
    found = study(program)
    return explain(program, found.iteration, TermsOf(found, found.judgements)(tensor), tensor, at)


def test_an_entry_is_worked_through(linear: Program) -> None:
    found = explained(linear, "difference", (1,))
    (use,) = found.uses
    assert (use.line, use.text) == (22, "difference_squared = difference ** 2")
    assert [rule.title for rule in use.rules] == ["power"]
    assert use.term == "ddifference += 2 * difference * ddifference_squared"
    slope, upstream, term = use.numbers
    assert slope.startswith("local slope[1]: difference = ")
    assert upstream == "upstream[1]: ddifference_squared = 0.25"
    factor = slope.rpartition("= ")[2]
    assert term == f"term[1]: 2 × ({factor}) × 0.25 = {found.total}"


def test_a_sum_says_what_was_broadcast_and_adds_up(build: Build) -> None:
    program = build(
        setup="import torch\nx = torch.tensor([[1.0, 2.0], [3.0, 4.0]])",
        parameters="b = torch.zeros(2)",
        forward="h = x + b\nk = h * h\nloss = k.sum()",
        backward=None,
        update=None,
    )
    (use,) = explained(program, "b", (1,)).uses
    assert use.term == "db += dh.sum(0)"
    assert use.sums == ("summed over 2 rows: b was broadcast",)
    assert use.numbers == ("sum: 4 + 8 = 12, of dh",)


def test_an_entry_that_was_read_twice_gets_both(build: Build) -> None:
    program = build(
        setup="import torch\nix = torch.tensor([2, 0, 2])\nc = torch.tensor([1.0, 10.0, 100.0])",
        parameters="E = torch.ones(4)",
        forward="e = E[ix]\nk = e * c\nloss = k.sum()",
        backward=None,
        update=None,
    )
    assert explained(program, "E", (2,)).uses[0].numbers == ("entry [2] was read 2 times: 1 + 100 = 101",)
    assert explained(program, "E", (3,)).uses[0].numbers == ("entry [3] was not read: zero",)


def test_a_wrong_gradient_is_explained_at_its_worst_entry(build: Build) -> None:
    wrong = build(backward="dH = torch.ones_like(H)\ndH[1] = 5\ndW = dH * x")
    assert explained(wrong, "H").at == (1,)


def test_where_a_tensor_comes_from(linear: Program) -> None:
    assert explained(linear, "W1").made_by == "a parameter, line 14"
    assert explained(linear, "H").made_by == "line 20: H = W1 * x + B1"
    assert explained(linear, "y").made_by == "data"


@pytest.mark.parametrize("name", bundled_names())
def test_the_terms_of_an_entry_add_up_to_its_gradient(name: str) -> None:
    found = study(load(name))
    for tensor in found.derivation.gradients:
        said = explain(found.program, found.iteration, TermsOf(found, found.judgements)(tensor), tensor)
        assert said.uses, tensor
        assert all(use.term.startswith(f"d{tensor}") for use in said.uses)


SCORED = "dscored = torch.zeros_like(scored).scatter_add(-1, ____, dchosen)"


class TestHints:
    def test_each_level_says_more(self, linear: Program) -> None:
        found = study(linear)
        levels = [hint(linear, found.derivation, "difference", level) for level in range(1, 6)]
        assert levels[0] == (
            "difference is used once; its gradient has one term:",
            "line 22 makes difference_squared of it, through power",
        )
        assert levels[1] == ("power: The exponent comes down as a factor and goes down by one.",)
        assert levels[2] == (
            "ddifference has the shape of difference: [4]",
            "the term through difference_squared reads ddifference_squared, of shape [4]; "
            "nothing is summed for broadcasting",
        )
        assert levels[3] == ("ddifference = ____ * ddifference_squared",)
        assert levels[4] == ("ddifference = 2 * difference * ddifference_squared",)

    @pytest.mark.parametrize(
        ("name", "tensor", "lines"),
        [
            ("softmax_mlp", "W2", ("dW2 = ____ @ dlogits",)),
            ("softmax_mlp", "b2", ("db2 = dlogits.____",)),
            ("softmax_mlp", "counts", ("dcounts = dprobs / ____", "dcounts += dtotals")),
            ("softmax_mlp", "probs", ("dprobs = torch.zeros_like(probs)", "dprobs[____] = dchosen")),
            ("attention_head", "k", ("dk = scale * (dscores.mT @ ____)",)),
            ("attention_head", "scored", (SCORED,)),
            ("logistic_regression", "x", ("dx = torch.outer(dz, ____)",)),
            ("batchnorm_mlp", "bndiff2", ("dbndiff2 = torch.ones_like(bndiff2) * dbnvar / ____",)),
        ],
    )
    def test_the_part_that_teaches_is_left_out(self, name: str, tensor: str, lines: tuple[str, ...]) -> None:
        program = load(name)
        assert hint(program, study(program).derivation, tensor, 4) == lines

    def test_of_a_gradient_that_is_passed_on_that_is_said(self, linear: Program) -> None:
        assert hint(linear, study(linear).derivation, "H", 4) == ("dH = ____", PASSED_ON)

    @pytest.mark.parametrize("name", bundled_names())
    def test_no_level_below_the_last_gives_the_line_away(self, name: str) -> None:
        program = load(name)
        found = study(program)
        for tensor, derived in found.derivation.gradients.items():
            blanked = hint(program, found.derivation, tensor, 4)
            assert "____" in "\n".join(blanked), tensor
            for level in range(1, 4):
                said = hint(program, found.derivation, tensor, level)
                assert not set(said) & set(derived.lines)

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ("dH = torch.ones_like(H)\ndW = -dH * x", ["dH is right already."]),
            ("dH = 2 * torch.ones_like(H)\ndW = dH * x", []),
            ("dH = ...\ndW = dH * x", []),
            ("dH = torch.zeros_like(H)\ndW = dH * x", []),
        ],
    )
    def test_a_gradient_is_called_right_where_it_passes(
        self, build: Build, lines: str, said: list[str]
    ) -> None:
        found = study(build(backward=lines))
        assert [told.text for told in right_already("dH", found.judgement("H"))] == said

    def test_a_right_line_below_a_wrong_one_is_not_called_a_right_gradient(self, build: Build) -> None:
        found = study(build(backward="dH = 2 * torch.ones_like(H)\ndW = dH * x"))
        said = [told.text for told in right_already("dW", found.judgement("W"))]
        assert said == ["The line of dW is right.", "Its values are wrong because dH is."]

    def test_gradients_that_are_read_and_not_written_are_told(self, build: Build) -> None:
        program = build(forward="H = W * x\nk = H.exp()\nloss = k.sum()", backward="dW = x * k")
        found = study(program)
        assert hint(program, found.derivation, "H", 5) == (
            "dH = k * dk",
            "It reads dk, which no line of the program writes so far.",
        )
        assert len(hint(program, found.derivation, "H", 2)) == 1
        marked = build(
            forward="H = W * x\nk = H.exp()\nloss = k.sum()", backward="dk = ...\ndH = k\ndW = x * dH"
        )
        assert "It reads dk" in hint(marked, study(marked).derivation, "H", 4)[-1]
        assert hint(marked, study(marked).derivation, "W", 5) == ("dW = x * dH",)


def test_numbers_of_a_complex_gradient_are_complex(build: Build) -> None:
    program = build(
        setup="import torch\nx = torch.tensor([1 + 2j, 3 - 1j])",
        parameters="W = torch.tensor([0.5 + 1j, -1.0])",
        forward="h = W * x\na = h.abs()\nloss = a.sum()",
        backward="da = torch.ones_like(a)\ndh = h / a * da\ndW = dh * x.conj()",
        update="pass",
    )
    found = study(program)
    (use,) = explain(program, found.iteration, TermsOf(found, found.judgements)("W"), "W", at=(0,)).uses
    assert use.term == "dW += x.conj() * dh"
    assert "a slope of complex numbers is conjugated: torch's convention" in use.sums
    assert use.numbers[0] == "local slope[0]: x.conj() = 1-2j"
