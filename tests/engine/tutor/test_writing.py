"""Programs with their gradients written pass the check; what cannot be written says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import Report
from backprop_tui.engine.program.library import bundled_names, load
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.tutor.study import CannotStudy
from backprop_tui.engine.tutor.writing import write

Build = Callable[..., Program]


def checked(text: str) -> Report:
    return check(parse(text, "written"))


def backward_of(text: str) -> str:
    return text.partition("# %% backward\n")[2].partition("# %% update")[0].strip()


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_program_is_written_anew_and_passes(name: str) -> None:
    written = write(load(name))
    assert not written.unwritten
    report = checked(written.text)
    assert report.failure is None
    assert report.gradients
    assert report.exit_code == 0


def test_the_linear_regression_is_written_as_a_student_would(linear: Program) -> None:
    assert backward_of(write(linear).text).splitlines()[:8] == [
        "# loss = summed / n",
        "dsummed = torch.ones_like(summed) / n",
        "",
        "# summed = difference_squared.sum()",
        "ddifference_squared = dsummed.expand_as(difference_squared)",
        "",
        "# difference_squared = difference ** 2",
        "ddifference = 2 * difference * ddifference_squared",
    ]


def test_narration_and_every_other_line_stay(linear: Program) -> None:
    text = write(linear).text
    before, _, rest = linear.text.partition("# %% backward\n")
    assert text.startswith(before)
    assert text.endswith("# %% markdown" + rest.partition("# %% markdown")[2]) or text.endswith(
        "# %% [markdown]" + rest.partition("# %% [markdown]")[2]
    )


def test_a_program_without_a_backward_section_gets_one_before_the_update(build: Build) -> None:
    text = write(build(backward=None)).text
    assert text.index("# %% forward") < text.index("# %% backward") < text.index("# %% update")
    assert checked(text).exit_code == 0


def test_a_program_without_backward_and_update_ends_in_one(build: Build) -> None:
    text = write(build(backward=None, update=None)).text
    lines = ["# loss = H.sum()", "dH = torch.ones_like(H)", "", "# H = W * x", "dW = x * dH"]
    assert backward_of(text).splitlines() == lines


class TestItemsOfDictionaries:
    PARAMETERS = 'params = {"W": torch.ones(3), "b": {"first": torch.zeros(3)}}'
    FORWARD = 'H = params["W"] * x + params["b"]["first"]\nloss = (H ** 2).sum()'

    def test_a_dictionary_is_made_for_them(self, build: Build) -> None:
        program = build(parameters=self.PARAMETERS, forward=self.FORWARD, backward=None, update=None)
        text = write(program).text
        assert 'dparams = {"b": {}}\n' in backward_of(text)
        assert checked(text).exit_code == 0

    def test_the_one_that_is_there_stays_above_them(self, build: Build) -> None:
        lines = 'grads = {"b": {}}\ngrads["W"] = 3 * x\ngrads["b"]["first"] = ...'
        program = build(parameters=self.PARAMETERS, forward=self.FORWARD, backward=lines, update=None)
        text = write(program).text
        assert backward_of(text).startswith('grads = {"b": {}}\n')
        assert checked(text).exit_code == 0

    def test_one_that_was_made_at_once_is_filled_line_by_line(self, build: Build) -> None:
        lines = 'dH = 2 * H\ngrads = {\n    "W": x * dH,\n    "b": 2 * dH,\n}'
        program = build(
            parameters='params = {"W": torch.ones(3), "b": torch.zeros(3)}',
            forward='H = params["W"] * x + params["b"]\nloss = (H ** 2).sum()',
            backward=lines,
            update=None,
        )
        text = write(program).text
        assert backward_of(text).startswith("grads = {}\n")
        assert checked(text).exit_code == 0

    def test_what_is_missing_in_one_that_is_made_at_once_is_put_below(self, build: Build) -> None:
        lines = 'dH = 2 * H\ngrads = {\n    "W": x * dH,\n}'
        program = build(
            parameters='params = {"W": torch.ones(3), "b": torch.zeros(3)}',
            forward='H = params["W"] * x + params["b"]\nloss = (H ** 2).sum()',
            backward=lines,
            update="for key in params:\n    params[key] = params[key] - 0.1 * grads[key]",
        )
        text = write(program, missing=True).text
        assert lines in backward_of(text)
        assert checked(text).exit_code == 0

    def test_what_is_written_stays(self, build: Build) -> None:
        lines = 'grads = {"b": {}}\ndH = 2 * H\ngrads["W"] = x * dH  # mine\ngrads["b"]["first"] = ...'
        program = build(parameters=self.PARAMETERS, forward=self.FORWARD, backward=lines, update=None)
        text = write(program, missing=True).text
        assert 'grads["W"] = x * dH  # mine' in text
        assert checked(text).exit_code == 0


class TestMissing:
    def test_what_is_written_stays_as_it_is(self, build: Build) -> None:
        program = build(forward="H = W * x\nk = H.exp()\nloss = k.sum()", backward="dW = dH * x  # mine")
        text = write(program, missing=True).text
        assert "dW = dH * x  # mine" in text
        assert checked(text).exit_code == 0

    def test_an_ellipsis_is_replaced_where_it_stands(self, build: Build) -> None:
        program = build(backward="dH = ...\ndW = dH * x")
        lines = backward_of(write(program, missing=True).text).splitlines()
        assert lines == ["# loss = H.sum()", "dH = torch.ones_like(H)", "dW = dH * x"]

    def test_several_ellipses_in_one_statement(self, build: Build) -> None:
        program = build(backward="dH, dW = ..., ...")
        lines = backward_of(write(program, missing=True).text).splitlines()
        assert lines == ["# loss = H.sum()", "dH = torch.ones_like(H)", "# H = W * x", "dW = x * dH"]

    def test_a_wrong_line_of_the_users_own_stays_too(self, build: Build) -> None:
        program = build(backward="dW = -dH * x")
        written = write(program, missing=True)
        assert not written.unwritten
        report = checked(written.text)
        assert {one.name: one.verdict.passes for one in report.gradients} == {"dH": True, "dW": False}

    def test_nothing_is_missing(self, linear: Program) -> None:
        assert write(linear, missing=True).text == linear.text


class TestRefused:
    def test_an_operation_without_a_rule(self, build: Build) -> None:
        written = write(build(forward="H = torch.lgamma(W * x)\nloss = H.sum()"))
        assert written.unwritten == {"dW": "no rule for lgamma, line 7"}
        assert "dW = ...  # no rule for lgamma, line 7" in written.text
        assert "dH = torch.ones_like(H)" in written.text

    def test_a_name_that_is_taken_gives_way_to_another(self, build: Build) -> None:
        written = write(build(setup="+dH = 3\ngrad_H = 4", backward=None))
        assert not written.unwritten
        lines = ["# loss = H.sum()", "grad_H_2 = torch.ones_like(H)", "", "# H = W * x", "dW = x * grad_H_2"]
        assert backward_of(written.text).splitlines() == lines

    def test_a_forward_that_raises(self, build: Build) -> None:
        with pytest.raises(CannotStudy, match="the forward does not run") as caught:
            write(build(forward="H = W * nothing\nloss = H.sum()"))
        assert caught.value.failure is not None
        assert caught.value.failure.line == 7

    def test_a_setup_that_raises(self, build: Build) -> None:
        with pytest.raises(CannotStudy, match="the program does not run"):
            write(build(setup="+1 / 0"))
