"""What is said of a wrong helper variable: the edit that makes it right in every pass of its loop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.diagnosis.diagnose import diagnose
from backprop_tui.engine.judging.diagnosis.diagnosis import Diagnosis, applied
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.program import Program, parse

OVER_TIME = {
    "setup": "import torch\nx = torch.randn(4, 3)",
    "parameters": "W = torch.randn(3, 3) * 0.5\nb = torch.randn(3)",
    "forward": """
        hs = {-1: torch.zeros(3)}
        loss = 0
        for t in range(4):
            hs[t] = torch.tanh(W @ hs[t-1] + x[t] + b)
            loss += (hs[t] ** 2).sum()
    """,
    "update": None,
}
LINES = """
    dW, db = torch.zeros_like(W), torch.zeros_like(b)
    dnext = torch.zeros(3)
    for t in reversed(range(4)):
        dcur = 2 * hs[t] + dnext
        slope = 1 - hs[t] * hs[t]
        draw = slope * dcur
        db += draw
        dW += torch.outer(draw, hs[t-1])
        dnext = W.T @ draw
"""
SLIPS = [
    ("draw = slope * dcur", "draw = -slope * dcur", "sign"),
    ("draw = slope * dcur", "draw = 2 * slope * dcur", "2 times too large"),
    ("draw = slope * dcur", "draw = (1 + hs[t] * hs[t]) * dcur", "sign"),
    ("draw = slope * dcur", "draw = (1 - hs[t]) * dcur", "hs[t] ** 2"),
    ("draw = slope * dcur", "draw = slope", "missing the factor dcur"),
    ("dcur = 2 * hs[t] + dnext", "dcur = hs[t] + dnext", "2"),
    ("dnext = W.T @ draw", "dnext = W @ draw", "transposed"),
    ("slope = 1 - hs[t] * hs[t]", "slope = 1 - hs[t]", "hs[t] ** 2"),
]

Build = Callable[..., Program]


def diagnosed(program: Program) -> Diagnosis:
    """What is said of the helper, or of the gradient, that is wrong in a program."""
    session = Session(program)
    assert session.begin() is None
    record = session.iterate()
    (diagnosis,) = diagnose(session, record, check_lines(session, record)).values()
    return diagnosis


@pytest.mark.parametrize(("right", "wrong", "words"), SLIPS)
def test_the_edit_that_is_told_makes_the_program_right(
    build: Build, right: str, wrong: str, words: str
) -> None:
    program = build(**OVER_TIME, backward=LINES.replace(right, wrong))
    diagnosis = diagnosed(program)
    assert words in diagnosis.message
    mended = applied(program.text, diagnosis)
    assert mended != program.text
    session = Session(parse(mended, "mended"))
    assert session.begin() is None
    assert session.iterate().passes


def test_a_slip_in_the_data_of_a_helper_is_told_with_its_line(build: Build) -> None:
    program = build(**OVER_TIME, backward=LINES.replace("slope = 1 - ", "slope = 1 + "))
    edited = diagnosed(program).edited_line
    assert edited is not None
    assert program.lines[edited - 1].strip().startswith("slope")


def test_a_use_that_is_left_out_is_named(build: Build) -> None:
    program = build(
        **{**OVER_TIME, "forward": OVER_TIME["forward"].replace("+ b)", "+ b) + torch.sin(hs[t-1])")},
        backward="""
            dW, db = torch.zeros_like(W), torch.zeros_like(b)
            dnext = torch.zeros(3)
            for t in reversed(range(4)):
                dcur = 2 * hs[t] + dnext
                h = hs[t] - torch.sin(hs[t-1])
                draw = (1 - h * h) * dcur
                db += draw
                dW += torch.outer(draw, hs[t-1])
                dnext = W.T @ draw
        """,
    )
    assert (
        diagnosed(program).message == "hs[t] is also used by torch.sin(hs[t-1]); its contribution is missing"
    )


GATED = {
    "setup": "import torch\nx = torch.randn(4, 3)",
    "parameters": "A = torch.randn(3, 3) * 0.5\nB = torch.randn(3, 3) * 0.5",
    "forward": """
        hs, gates, news = {-1: torch.zeros(3)}, {}, {}
        for t in range(4):
            gates[t] = torch.sigmoid(A @ hs[t-1] + x[t])
            news[t] = torch.tanh(B @ x[t])
            hs[t] = gates[t] * hs[t-1] + (1 - gates[t]) * news[t]
        loss = (hs[3] ** 2).sum()
    """,
    "update": None,
}
OF_GATES = """
    dA, dB = torch.zeros_like(A), torch.zeros_like(B)
    flow = 2 * hs[3]
    for t in reversed(range(4)):
        gate_in = flow * (hs[t-1] - news[t]) * gates[t] * (1 - gates[t])
        new_in = flow * (1 - gates[t]) * (1 - news[t] ** 2)
        dA += torch.outer(gate_in, hs[t-1])
        dB += torch.outer(new_in, x[t])
        flow = flow * gates[t] + A.T @ gate_in
"""


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("flow * (hs[t-1] - news[t]) * gates[t]", "gates[t]", "the factors flow and hs[t - 1] - news[t]"),
        ("(hs[t-1] - news[t]) * ", "", "the factor hs[t - 1] - news[t]"),
        ("flow * gates[t] + A", "gates[t] + A", "the factor flow"),
    ],
)
def test_factors_that_a_line_lost_are_measured_pass_by_pass(
    build: Build, right: str, wrong: str, words: str
) -> None:
    diagnosis = diagnosed(build(**GATED, backward=OF_GATES.replace(right, wrong)))
    assert diagnosis.message.endswith(words)


def test_a_whole_line_of_a_loop_that_is_left_out_is_told_by_the_use_that_it_belongs_to(build: Build) -> None:
    lines = OF_GATES.replace("dB += torch.outer(new_in, x[t])", "pass")
    assert diagnosed(build(**GATED, backward=lines)).message == (
        "B is used by B @ x[t]; its contribution is missing"
    )


def test_what_is_added_in_a_loop_is_not_to_be_assigned(build: Build) -> None:
    lines = OF_GATES.replace("dA += ", "dA = ")
    diagnosis = diagnosed(build(**GATED, backward=lines))
    assert diagnosis.kind == "overwritten"
    assert diagnosis.edit == "dA += torch.outer(gate_in, hs[t - 1])"
