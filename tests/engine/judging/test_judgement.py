"""The last word on a gradient, made of what is known end to end and of its line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.judgement import Judgement, explained, judgements
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.judging.linecheck.lines.outcome import LineCheck, LineJudgement
from backprop_tui.engine.verdict import Verdict

Iterated = Callable[..., Iteration]
Begun = Callable[..., Session]
Judged = Callable[..., dict[str, Judgement]]

CHAIN = {
    "forward": "H = W * x\nG = H * 2\nloss = (G ** 2).sum()",
    "backward": "dG = 2 * G\ndH = 2 * dG\ndW = dH * x",
}
WRONG_TOP = {**CHAIN, "backward": "dG = 3 * G\ndH = 2 * dG\ndW = dH * x"}


def lines(number: int = 0, **verdicts: LineJudgement) -> LineCheck:
    """A line check that says what it is told to."""
    return LineCheck(number, verdicts, "float64")


def line(
    name: str, verdict: Verdict, *upstreams: str, message: str = "", kink: bool = False
) -> LineJudgement:
    """What is said of one line, in float64."""
    return LineJudgement(name, verdict, (1,), upstreams, None, "float64", message, kink)


def test_without_a_line_check_the_comparison_end_to_end_counts(iterated: Iterated) -> None:
    found = judgements(iterated(**WRONG_TOP), None)
    assert {name: one.verdict for name, one in found.items()} == dict.fromkeys(
        ("dG", "dH", "dW"), Verdict.WRONG
    )


def test_a_check_that_could_not_be_made_is_told_with_its_reason(iterated: Iterated) -> None:
    found = judgements(iterated(**CHAIN), LineCheck(0, problem="the forward did not finish"))
    assert found["dW"].verdict.passes
    assert found["dW"].message == "its line could not be judged alone: the forward did not finish"
    assert found["dW"].line is None


@pytest.mark.parametrize("verdict", [Verdict.WRONG_HERE, Verdict.WRONG_SHAPE, Verdict.WRONG_TYPE])
def test_a_wrong_line_that_passes_end_to_end_is_hidden(iterated: Iterated, verdict: Verdict) -> None:
    found = judgements(iterated(**CHAIN), lines(dW=line("dW", verdict)))["dW"]
    assert found.verdict is verdict
    assert found.hidden
    assert "hidden: end to end it agrees at this batch" in found.message
    assert not found.verdict.passes


def test_a_wrong_line_that_fails_end_to_end_is_not_hidden(iterated: Iterated) -> None:
    found = judgements(iterated(**WRONG_TOP), lines(dG=line("dG", Verdict.WRONG_HERE)))["dG"]
    assert not found.hidden
    assert found.message == "wrong here"


def test_what_is_wrong_above_is_inherited_through_right_lines(iterated: Iterated) -> None:
    check = lines(
        dG=line("dG", Verdict.WRONG_HERE),
        dH=line("dH", Verdict.RIGHT, "dG"),
        dW=line("dW", Verdict.RIGHT, "dH"),
    )
    found = judgements(iterated(**WRONG_TOP), check)
    assert found["dH"].verdict is Verdict.INHERITED
    assert found["dW"].verdict is Verdict.INHERITED
    assert found["dW"].inherited_from == ("dG",)


def test_the_root_is_the_nearest_wrong_line_on_every_path(iterated: Iterated) -> None:
    check = lines(
        dG=line("dG", Verdict.WRONG_HERE),
        dH=line("dH", Verdict.WRONG_HERE, "dG"),
        dW=line("dW", Verdict.RIGHT, "dH"),
    )
    assert judgements(iterated(**WRONG_TOP), check)["dW"].inherited_from == ("dH",)


@pytest.mark.parametrize(("offset", "verdict"), [("1e5 / 3", Verdict.CLOSE), ("1e7 / 3", Verdict.WRONG)])
def test_what_is_right_in_double_is_rounding_only_as_far_as_the_dtype_can_round(
    offset: str, verdict: Verdict, judged: Judged
) -> None:
    backward = f"dG = 2 * G\ndH = 2 * dG\ndW = (dH + {offset}) * x / 7 - {offset} * x / 7"
    forward = "H = W * x / 7\nG = H * 2\nloss = (G ** 2).sum()"
    found = judged(forward=forward, backward=backward)
    assert (found["dW"].end_to_end, found["dW"].verdict) == (Verdict.WRONG, verdict)
    assert found["dW"].line is not None
    assert found["dW"].line.verdict is Verdict.RIGHT
    assert ("more than rounding" in found["dW"].message) is (verdict is Verdict.WRONG)


def test_what_rounding_does_to_autograds_own_gradient_is_rounding(judged: Judged) -> None:
    found = judged(
        forward="H = (W * x + 3e5) - 3e5\nG = torch.tanh(1e-3 * H.sum() + 1e4)\nloss = (H * H).sum() + G",
        backward="dG = torch.ones(())\ndH = 2 * H * 1.0001 / 1.0001\ndW = dH * x",
    )
    assert {name: one.verdict.passes for name, one in found.items()} == {"dG": True, "dH": True, "dW": True}


def test_lines_that_do_something_else_when_they_run_again_are_not_judged(begun: Begun) -> None:
    draws = "+\nimport os\ndef drawn():\n    return 2 + int.from_bytes(os.urandom(4), 'big') / 2**24"
    session = begun(**{**WRONG_TOP, "setup": draws, "backward": "dG = drawn() * G\ndH = 2 * dG\ndW = dH * x"})
    record = session.iterate()
    found = judgements(record, check_lines(session, record))
    assert not any(one.verdict.passes or one.verdict.accuses for one in found.values())
    assert "the lines do not repeat when they run again" in found["dG"].message


def test_below_a_kink_a_difference_is_told_apart_from_rounding(iterated: Iterated) -> None:
    check = lines(
        dG=line("dG", Verdict.RIGHT, message="at a kink", kink=True),
        dH=line("dH", Verdict.RIGHT, "dG"),
        dW=line("dW", Verdict.RIGHT, "dH"),
    )
    found = judgements(iterated(**WRONG_TOP), check)
    assert found["dG"].message == "at a kink"
    assert found["dW"].verdict is Verdict.RIGHT
    assert "another subgradient" in found["dW"].message


def test_not_exercised_says_so_only_where_nothing_fails(iterated: Iterated) -> None:
    check = lines(dW=line("dW", Verdict.NOT_EXERCISED, message="its VJP is zero in every entry here"))
    found = judgements(iterated(**CHAIN), check)["dW"]
    assert found.verdict is Verdict.NOT_EXERCISED
    assert found.message == "not exercised by this batch: its VJP is zero in every entry here"


def test_a_name_used_for_something_else_in_the_end_is_not_compared(judged: Judged) -> None:
    found = judged(
        forward="H = W * x\nR = torch.relu(H)\nloss = (R ** 2).sum()",
        backward="dR = 2 * R\ndR = dR * (H > 0) * 2\ndW = dR * x / 2",
    )
    assert found["dR"].end_to_end is Verdict.WRONG
    assert found["dR"].verdict is Verdict.RIGHT
    assert "dR is no longer the gradient of R" in found["dR"].message
    assert found["dW"].verdict.passes


def test_a_check_of_an_earlier_iteration_still_names_wrong_lines(begun: Begun) -> None:
    session = begun(**WRONG_TOP)
    check = check_lines(session, session.iterate())
    later = session.iterate()
    found = judgements(later, check)
    assert found["dG"].verdict is Verdict.WRONG_HERE
    assert found["dW"].verdict is Verdict.INHERITED


def test_a_check_of_an_earlier_iteration_says_nothing_of_what_a_batch_exercised(iterated: Iterated) -> None:
    check = lines(7, dW=line("dW", Verdict.NOT_EXERCISED, message="zero"))
    found = judgements(iterated(**CHAIN), check)["dW"]
    assert found.verdict in (Verdict.EXACT, Verdict.CLOSE)
    assert found.message == ""


def test_everything_wrong_is_explained_by_a_wrong_line_above(begun: Begun) -> None:
    session = begun(**WRONG_TOP)
    record = session.iterate()
    assert not explained(record, judgements(record, None))
    assert explained(record, judgements(record, check_lines(session, record)))


def test_what_is_not_written_stays_so(judged: Judged) -> None:
    found = judged(**{**CHAIN, "backward": "dG = ...\ndH = 2 * dG\ndW = ...", "update": "pass"})
    assert found["dG"].verdict is Verdict.NOT_WRITTEN
    assert found["dW"].verdict is Verdict.NOT_WRITTEN
    assert found["dG"].message == "not written yet"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_what_a_gradient_of_a_coarser_dtype_rounds_is_inherited_from_it(dtype: str, judged: Judged) -> None:
    found = judged(
        forward="H = 100 * W * x + 1 / 3\nloss = (H * H).sum()",
        backward=f"dH = (2 * H).to(torch.{dtype})\ndW = 100 * dH * x",
    )
    assert (found["dH"].verdict, found["dW"].verdict) == (Verdict.CLOSE, Verdict.INHERITED)
    assert found["dW"].inherited_from == ("dH",)
    assert found["dW"].message == f"inherited from dH; dH is {dtype}"
