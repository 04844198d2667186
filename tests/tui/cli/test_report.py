"""What `check` prints of a report: the table, the sentences, the JSON object."""

import io
import json
import math

import pytest
from rich.console import Console

from backprop_tui.engine.execution.failure import Failure
from backprop_tui.engine.judging.report import GradientReport, Report
from backprop_tui.engine.program.pairing import Unpaired
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.cli.check_json import in_one_line, json_of
from backprop_tui.tui.cli.check_table import failure_text, number, print_report
from backprop_tui.tui.cli.checked import Checked
from backprop_tui.tui.cli.plain_console import PlainConsole
from backprop_tui.tui.cli.targets import Target

COMPARED_AND_PASSED = {Verdict.EXACT, Verdict.CLOSE, Verdict.RIGHT}


def gradient(name: str = "dW1", verdict: Verdict = Verdict.EXACT, **changes: object) -> GradientReport:
    facts: dict[str, object] = {
        "tensor": name[1:],
        "line": 34,
        "lines": (34,),
        "exact": verdict is Verdict.EXACT,
        "approximate": verdict.passes,
        "maxdiff": 0.0 if verdict is Verdict.EXACT else 0.5,
        "relative_error": 0.0,
        "shape": (4,),
        "expected_shape": (4,),
        "worst_index": None,
    }
    return GradientReport(name=name, verdict=verdict, **{**facts, **changes})  # type: ignore[arg-type]


def told_in_json(report: Report) -> str:
    return in_one_line(json_of(Checked(Target("p.py"), report), 0))


def report(*gradients: GradientReport, **changes: object) -> Report:
    facts: dict[str, object] = {
        "program": "mine",
        "iterations": 2,
        "seed": 0,
        "loss": 0.25,
        "losses": (1.0, 0.25),
        "unpaired": (),
    }
    return Report(gradients=gradients, **{**facts, **changes})  # type: ignore[arg-type]


def printed(shown: Report) -> str:
    """As in a pipe."""
    stream = io.StringIO()
    print_report(shown, PlainConsole(stream))
    return stream.getvalue()


def rows(shown: Report) -> list[list[str]]:
    table = printed(shown).split("\n\n")[0]
    return [line.split() for line in table.splitlines()]


def test_the_table_holds_one_word_and_the_numbers_that_led_to_it() -> None:
    heading, row = rows(report(gradient("dW1")))
    assert heading == ["name", "verdict", "maxdiff", "relative", "shape", "line"]
    assert row == ["✓", "dW1", "exact", "0.0", "0.0", "[4]", "34"]


def test_a_gradient_that_passes_is_never_told_what_it_is_not() -> None:
    close = gradient("dW1", Verdict.CLOSE, approximate=False, maxdiff=3e-8, relative_error=2e-7)
    assert "False" not in printed(report(close))
    assert rows(report(close))[1] == ["≈", "dW1", "close", "3e-08", "2e-07", "[4]", "34"]


def test_columns_are_aligned() -> None:
    text = printed(report(gradient("dW1"), gradient("ddifference_squared")))
    heading, first, second, *_ = text.splitlines()
    assert heading.index("verdict") == first.index("exact") == second.index("exact")
    assert len(heading) == len(first) == len(second)


def test_a_pipe_gets_every_name_whole_on_one_line_without_colour() -> None:
    name = "d" + "very_long_name_" * 20
    text = printed(report(gradient(name)))
    assert any(name in line and line.endswith("34") for line in text.splitlines())
    assert "\x1b" not in text


def test_a_narrow_terminal_folds_names_and_loses_no_letter() -> None:
    name = "dabcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz"
    table = on_a_terminal(report(gradient(name)), width=70).split("\n\n")[0]
    heading, first, *more = table.splitlines()
    assert "relative" in heading
    assert first.split()[2:] == ["exact", "0.0", "0.0", "[4]", "34"]
    assert first.split()[1] + "".join(line.strip() for line in more) == name


def test_a_terminal_too_narrow_for_the_table_cuts_nothing_off() -> None:
    text = on_a_terminal(report(gradient("ddifference", Verdict.WRONG_SHAPE)), width=20)
    heading, row, *_ = text.splitlines()
    assert heading.split()[-1] == "line"
    assert row.endswith("34")
    assert "…" not in text


def on_a_terminal(shown: Report, width: int) -> str:
    stream = io.StringIO()
    print_report(shown, Console(file=stream, width=width, markup=False))
    return stream.getvalue()


def test_a_terminal_gets_colour_and_the_same_words() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=100, force_terminal=True, color_system="truecolor")
    print_report(report(gradient(verdict=Verdict.WRONG)), console)
    assert "\x1b[31m" in stream.getvalue()
    assert "wrong" in stream.getvalue()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_sign_and_a_word(verdict: Verdict) -> None:
    row = printed(report(gradient(verdict=verdict))).splitlines()[1]
    assert not row[0].isalnum()
    assert not row[0].isspace()
    assert verdict.value.replace("_", " ") in row
    assert row.startswith(("✓", "≈")) == (verdict in COMPARED_AND_PASSED)


def test_a_wrong_shape_shows_both_shapes() -> None:
    wrong = gradient(verdict=Verdict.WRONG_SHAPE, shape=(64,), expected_shape=(1, 64))
    assert "[64] for [1, 64]" in printed(report(wrong))


def test_a_gradient_that_is_not_written_is_neither_true_nor_false() -> None:
    nothing = {"maxdiff": None, "relative_error": None, "shape": None, "line": None, "lines": ()}
    row = printed(report(gradient(verdict=Verdict.NOT_WRITTEN, **nothing))).splitlines()[1]
    assert "False" not in row
    assert row.count("–") == 4


def test_only_gradients_that_do_not_pass_get_a_sentence() -> None:
    hidden = "wrong here; hidden: the true gradient is about zero"
    wrong = gradient("dlogit_maxes", Verdict.WRONG_HERE, message=hidden)
    text = printed(report(gradient("dW1"), wrong))
    assert f"✗ line 34, dlogit_maxes: {hidden}\n" in text
    assert "line 34, dW1" not in text


def test_the_blame_names_every_line_that_builds_the_gradient() -> None:
    wrong = gradient("dX", Verdict.WRONG_HERE, lines=(30, 32, 34), message="wrong here")
    assert "✗ lines 30, 32 and 34, dX: wrong here" in printed(report(wrong))


def test_near_misses_and_notes_are_told() -> None:
    near = Unpaired("ddifferenced", 3, "ddifference", "line 3: no `differenced`")
    text = printed(report(gradient(), unpaired=(near,), notes=("A note [/about] it.",)))
    assert "? line 3: no `differenced`\n" in text
    assert "A note [/about] it.\n" in text


def test_the_final_loss_and_a_conclusion_end_the_table() -> None:
    lines = printed(report(gradient("dW1"), gradient("dB1"))).splitlines()
    assert lines[-2:] == ["Final loss 0.25 after 2 iterations.", "✓ All 2 gradients pass."]


def test_the_conclusion_names_the_gradients_that_do_not_pass() -> None:
    wrong = gradient("dB1", Verdict.WRONG)
    last = printed(report(gradient("dW1"), wrong)).splitlines()[-1]
    assert last == "✗ 1 of 2 gradients does not pass: dB1."


def test_one_slip_is_counted_once_and_what_inherits_it_beside_it() -> None:
    below = [gradient(name, Verdict.INHERITED, inherited_from=("dh",)) for name in ("dz", "dW1")]
    shown = report(gradient("dW2"), gradient("dh", Verdict.WRONG_HERE), *below)
    assert shown.exit_code == 1
    last = printed(shown).splitlines()[-1]
    assert last == "✗ 1 ↳ 2 of 4 gradients do not pass: dh; inherited: dz, dW1."


@pytest.mark.parametrize("verdict", [Verdict.LEANING, Verdict.SCALED, Verdict.PART])
def test_what_leans_on_the_program_fails_only_a_strict_check(verdict: Verdict) -> None:
    gradients = (gradient("dW2"), gradient("dh", verdict))
    lenient, strict = report(*gradients), report(*gradients, strict=True)
    assert (lenient.exit_code, strict.exit_code) == (0, 1)
    assert printed(lenient).splitlines()[-1] == f"✓ All 2 gradients pass, 1 {verdict.value}."
    last = printed(strict).splitlines()[-1]
    assert last.endswith(f"1 of 2 gradients does not pass: {verdict.value}: dh.")
    assert json.loads(told_in_json(strict))["strict"] is True


def test_a_strict_check_passes_what_is_right_and_what_is_deliberate() -> None:
    assert report(gradient("dW2"), gradient("dh", Verdict.DELIBERATE), strict=True).exit_code == 0


def test_the_conclusion_does_not_call_an_untested_gradient_passed() -> None:
    untested = gradient("dB1", Verdict.NOT_EXERCISED, message="not exercised by this batch")
    text = printed(report(gradient("dW1"), untested))
    assert "○ line 34, dB1: not exercised by this batch" in text
    assert text.splitlines()[-1] == "✓ 1 of 2 gradients passes, 1 untested."


def test_a_program_without_gradients_is_told_so() -> None:
    assert printed(report()).splitlines()[-1] == "· No gradient is written yet."


def test_a_failure_tells_section_line_and_the_users_traceback() -> None:
    trace = ('  File "mine.py", line 7, in <module>', "    a[/]b")
    text = failure_text(Failure("forward", 7, "RuntimeError", "x[/foo] [red]", trace), "mine.py")
    assert text.plain.startswith("✗ mine.py:7: forward stopped with RuntimeError: x[/foo] [red]\n")
    assert all(line in text.plain for line in trace)


def test_what_the_engine_finds_wrong_is_told_without_a_class_name() -> None:
    text = failure_text(Failure("forward", None, "ProgramFault", "`loss` is [2]"), "mine.py").plain
    assert text == "✗ mine.py: forward cannot be used: `loss` is [2]"


def test_a_failed_program_shows_the_gradients_it_reached() -> None:
    broken = Failure("backward", 7, "RuntimeError", "no")
    unreached = gradient("dB1", Verdict.NOT_WRITTEN, message="its line did not run")
    text = printed(report(gradient("dW1"), unreached, failure=broken))
    assert "dW1" in text
    assert "dB1" not in text


def test_a_failed_program_still_names_the_gradient_left_as_an_ellipsis() -> None:
    broken = Failure("backward", 7, "TypeError", "no")
    left = gradient("dH", Verdict.NOT_WRITTEN, line_verdict=Verdict.NOT_WRITTEN, message="not written yet")
    assert "… line 34, dH: not written yet" in printed(report(left, failure=broken))


def test_a_line_that_did_not_run_is_told_right_where_it_was_judged_alone() -> None:
    broken = Failure("backward", 7, "TypeError", "no")
    message = "its line did not run"
    right = gradient("dH", Verdict.NOT_CHECKED, line_verdict=Verdict.RIGHT, message=message)
    unknown = gradient("dy", Verdict.NOT_CHECKED, line_verdict=Verdict.NOT_CHECKED, message=message)
    lines = printed(report(right, unknown, failure=broken)).splitlines()
    assert "? line 34, dH: its line did not run; judged alone it is right" in lines
    assert "? line 34, dy: its line did not run" in lines


def test_a_line_that_did_not_run_is_neither_true_nor_false() -> None:
    unrun = gradient("dW", Verdict.RIGHT, ran=False, maxdiff=None, relative_error=None)
    assert rows(report(unrun))[1][1:5] == ["dW", "right", "–", "–"]


def test_the_only_gradient_is_not_counted() -> None:
    last = printed(report(gradient("dW1", Verdict.WRONG))).splitlines()[-1]
    assert last == "✗ The only gradient does not pass: dW1."


def test_a_failed_program_gets_no_conclusion() -> None:
    broken = report(failure=Failure("forward", 7, "RuntimeError", "no"), loss=None)
    assert printed(broken) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(0.0, "0.0"), (54.0, "54.0"), (0.041278, "0.04128"), (1.192e-7, "1.192e-07")],
        *[(math.nan, "nan"), (-math.inf, "-inf"), (None, "–"), (123456.0, "1.235e+05")],
    ],
)
def test_numbers_have_four_significant_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_the_json_object_has_the_documented_keys() -> None:
    shown = json.loads(told_in_json(report(gradient())))
    assert list(shown) == [
        *("schema", "path", "program", "iterations", "seed", "strict", "loss", "losses"),
        *("gradients", "unpaired", "found", "notes", "error"),
    ]
    assert set(shown["gradients"][0]) == {
        *("name", "line", "verdict", "reason", "exact", "approximate", "maxdiff", "relative_error"),
        *("shape", "expected_shape", "worst_index", "tensor", "of", "accused_lines"),
        *("line_verdict", "lines", "hidden", "inherited_from", "line_maxdiff", "line_dtype", "diagnosis"),
    }
    assert shown["error"] is None


def test_the_json_object_tells_a_gradient_in_words_and_lists() -> None:
    wrong = gradient(
        "dX",
        Verdict.INHERITED,
        worst_index=(3, 1),
        line_verdict=Verdict.RIGHT,
        lines=(30, 34),
        inherited_from=("dY",),
        line_maxdiff=0.0,
        line_dtype="float64",
    )
    shown = json.loads(told_in_json(report(wrong)))["gradients"][0]
    assert shown["verdict"] == "inherited"
    assert shown["line_verdict"] == "right"
    assert shown["lines"] == [30, 34]
    assert shown["worst_index"] == [3, 1]
    assert shown["inherited_from"] == ["dY"]
    assert shown["line_dtype"] == "float64"


def test_numbers_that_json_lacks_are_strings_that_float_reads_back() -> None:
    text = told_in_json(report(gradient(maxdiff=math.inf), loss=math.nan, losses=(-math.inf, 1.0)))

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    shown = json.loads(text, parse_constant=refuse)
    assert math.isnan(float(shown["loss"]))
    assert float(shown["gradients"][0]["maxdiff"]) == math.inf
    assert [float(loss) for loss in shown["losses"]] == [-math.inf, 1.0]


def test_the_json_object_holds_the_failure_and_the_near_misses() -> None:
    near = Unpaired("ddifferenced", 3, "ddifference", "no tensor")
    failure = Failure("backward", 9, "NameError", "name 'a[/]b'")
    shown = json.loads(told_in_json(report(unpaired=(near,), failure=failure, loss=None)))
    assert shown["error"] == {
        "line": 9,
        "section": "backward",
        "type": "NameError",
        "message": "name 'a[/]b'",
    }
    assert shown["unpaired"] == [
        {"name": "ddifferenced", "line": 3, "suggestion": "ddifference", "message": "no tensor"}
    ]
    assert shown["loss"] is None
