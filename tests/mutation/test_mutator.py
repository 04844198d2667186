"""The mutator plants what it says, where it says, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .mutator import Mutant, backward_statements, mutants, mutants_of
from .operators import Kind

ROOT = Path(__file__).parents[2]
BUNDLED = sorted((ROOT / "engine" / "bundled").glob("[a-z]*.py"))
SPELLED = sorted((ROOT / "tests" / "programs").glob("*/*.py"))

BEFORE = """\
# %% setup
import torch
x = torch.ones(4, 3)
n = len(x)
# %% parameters
W = torch.randn(3, 2)
b = torch.randn(2)
# %% forward
h = x @ W + b
z = h.tanh()
loss = (z ** 2).sum() / n
# %% backward
"""
AFTER = """
# %% update
W = W - 0.1 * dW
"""


def planted(backward: str, kind: Kind) -> list[str]:
    """What one kind of slip makes of the statements of a backward section."""
    return [mutant.after for mutant in mutants(BEFORE + backward + AFTER) if mutant.kind is kind]


@pytest.mark.parametrize(
    ("kind", "line", "expected"),
    [
        (Kind.SIGN, "dh = dz", ["dh = -dz"]),
        (Kind.SIGN, "dh = dz + W", ["dh = -(dz + W)", "dh = dz - W"]),
        (Kind.SIGN, "dh = 2 * -dz", ["dh = -(2 * -dz)", "dh = 2 * dz"]),
        (Kind.SIGN, "dh = -dz", ["dh = dz"]),
        (Kind.FACTOR, "dh = dz + W", ["dh = (dz + W) * 2"]),
        (Kind.FACTOR, "dW, db = x, z", ["dW, db = (x * 2, z)", "dW, db = (x, z * 2)"]),
        (Kind.FACTOR, "dh.add_(dz)", ["dh.add_(dz * 2)"]),
        (Kind.SWAP, "dW = x.T @ dz", ["dW = dz @ x.T"]),
        (Kind.SWAP, "dW = torch.mm(x, dz)", ["dW = torch.mm(dz, x)"]),
        (Kind.SWAP, "dW = x.mm(dz)", ["dW = dz.mm(x)"]),
        (Kind.SWAP, "dh = 1 - dz", ["dh = dz - 1"]),
        (Kind.SWAP, "dh = dz + W", []),
        (Kind.REDUCTION, "db = z.sum(0)", ["db = z"]),
        (Kind.REDUCTION, "db = z.sum(0, keepdim=True)", ["db = z", "db = z.sum(0)"]),
        (Kind.REDUCTION, "db = torch.sum(z, 0)", ["db = z"]),
        (Kind.ACCUMULATION, "dh += dz", ["pass"]),
        (Kind.ACCUMULATION, "dW.index_add_(0, n, dz)", ["pass"]),
        (Kind.ACCUMULATION, "dh = dz + W", ["dh = dz", "dh = W"]),
        (Kind.ACCUMULATION, "dh = dz - W", ["dh = dz", "dh = -W"]),
        (Kind.ACCUMULATION, "dh = 1 - z", []),
        (Kind.ASSIGNMENT, "dh += dz", ["dh = dz"]),
        (Kind.ASSIGNMENT, "dh[0] -= 1", ["dh[0] = 1"]),
        (Kind.TRANSPOSITION, "dh = x.T * z", ["dh = x * z"]),
        (Kind.TRANSPOSITION, "dh = x.t()", ["dh = x"]),
        (Kind.TRANSPOSITION, "dh = z @ W.T", ["dh = z.mT @ W.T", "dh = z @ W"]),
        (Kind.DROPPED_FACTOR, "dh = z * W", ["dh = z", "dh = W"]),
        (Kind.DROPPED_FACTOR, "dh = 2 * z / n", ["dh = 2 * z", "dh = z / n"]),
        (Kind.DROPPED_FACTOR, "dh *= z", ["pass"]),
        (Kind.SIZE, "dh = z / n", ["dh = z / (n - 1)", "dh = z / (n + 1)"]),
        (Kind.SIZE, "dh = z / len(z)", ["dh = z / (len(z) - 1)", "dh = z / (len(z) + 1)"]),
        (Kind.SIZE, "dh = z.div(n)", ["dh = z.div(n - 1)", "dh = z.div(n + 1)"]),
        (Kind.SIZE, "dh = z[:n]", []),
        (Kind.POWER, "dh = z ** 2", ["dh = z ** 3", "dh = z ** -2"]),
        (Kind.POWER, "dh = z ** -0.5", ["dh = z ** 0.5"]),
        (Kind.POWER, "dh = z.rsqrt()", ["dh = z.sqrt()"]),
        (Kind.ZERO, "dh = z * W", ["dh = torch.zeros_like(z * W)"]),
        (Kind.ZERO, "dh[0] = 1.0", ["dh[0] = 0.0"]),
    ],
)
def test_a_slip_is_planted_as_a_hand_would_make_it(kind: Kind, line: str, expected: list[str]) -> None:
    assert planted(line, kind) == expected


def test_a_wrong_upstream_is_one_that_has_a_value_already() -> None:
    backward = "dz = 2 * z\ndh = dz * z\nW_slope = x.T\ndW = W_slope @ dh\ndb = dh.sum(0)"
    assert planted(backward, Kind.UPSTREAM) == [
        "dW = W_slope @ dz",
        "db = dW.sum(0)",
        "db = dz.sum(0)",
    ]


def test_dimensions_indices_and_conditions_are_left_alone() -> None:
    mutated = [m.after for m in mutants(BEFORE + "dh = (z > -1) * z[:-1].sum(-1)" + AFTER)]
    assert all("sum(-1)" in text or "sum" not in text for text in mutated)
    assert all("z[:-1]" in text or "[" not in text for text in mutated)
    assert all("z > -1" in text or ">" not in text for text in mutated)


def test_a_gradient_not_yet_written_is_not_mutated() -> None:
    assert list(mutants(BEFORE + "dh = ..." + AFTER)) == []


def test_sections_other_than_backward_stay_as_they_are() -> None:
    program = BEFORE + "dh = dz * z" + AFTER
    for mutant in mutants(program):
        assert mutant.program.startswith(BEFORE)
        assert mutant.program.endswith(AFTER)


def test_a_statement_over_several_lines_keeps_the_lines_below_in_place() -> None:
    program = BEFORE + "dh = (\n    z\n    * W\n)\ndb = dh.sum(0)" + AFTER
    last = program.splitlines().index("db = dh.sum(0)")
    for mutant in mutants(program):
        if mutant.gradients == ("dh",):
            assert mutant.program.splitlines()[last] == "db = dh.sum(0)"
            ast.parse(mutant.program)


def test_statements_that_share_a_line_are_mutated_one_at_a_time() -> None:
    program = BEFORE + "dz = 2 * z; dh = -dz; db = dh.sum(0)" + AFTER
    changed = {m.program.splitlines()[12] for m in mutants(program) if m.kind is Kind.FACTOR}
    assert changed == {
        "dz = 2 * z * 2; dh = -dz; db = dh.sum(0)",
        "dz = 2 * z; dh = -dz * 2; db = dh.sum(0)",
        "dz = 2 * z; dh = -dz; db = dh.sum(0) * 2",
    }


@pytest.mark.parametrize(
    ("backward", "line", "gradients"),
    [
        ("dh = z", 13, ("dh",)),
        ("dW, db = x, z", 13, ("dW", "db")),
        ("dh = dz = z", 13, ("dh", "dz")),
        ("dW[0] += z", 13, ("dW",)),
        ("dW.index_add_(0, n, z)", 13, ("dW",)),
        ("dW.mul_(2).div_(n)", 13, ("dW",)),
        ("torch.mm(x, z, out=dW)", 13, ("dW",)),
        ("dh: torch.Tensor = z", 13, ("dh",)),
        ("db = (dh := 2 * z).sum(0)", 13, ("db", "dh")),
        ("delta = 2 * z\nspare = delta\ndh = spare * W", 13, ("dh",)),
        ("delta = 2 * z\ndelta = 3 * z\ndh = delta", 14, ("dh",)),
        ("flow = z\nfor t in range(2):\n    dh = flow\n    flow = 2 * z", 16, ("dh",)),
    ],
)
def test_a_mutant_names_the_gradients_that_its_statement_ends_up_in(
    backward: str, line: int, gradients: tuple[str, ...]
) -> None:
    found = {m.gradients for m in mutants(BEFORE + backward + AFTER) if m.line == line}
    assert found == {gradients}


def test_the_counter_of_a_loop_is_left_alone() -> None:
    found = mutants(BEFORE + "i = 0\nwhile i < 2:\n    dh = z[i]\n    i += 1" + AFTER)
    assert {mutant.line for mutant in found} == {13, 15}


def test_names_that_pair_with_no_tensor_and_reach_no_gradient_are_left_alone() -> None:
    assert list(mutants(BEFORE + "denominator = 2 * z" + AFTER)) == []


@pytest.mark.parametrize("path", BUNDLED + SPELLED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_mutant_parses_differs_and_keeps_every_line_in_its_place(path: Path) -> None:
    program = path.read_text()
    planted = mutants_of(program)
    assert len({mutant.program for mutant in planted} | {program}) == len(planted) + 1
    for mutant in planted:
        ast.parse(mutant.program)
        assert mutant.program.count("\n") == program.count("\n")


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_every_backward_statement_of_a_bundled_program_is_mutated(path: Path) -> None:
    program = path.read_text()
    lines = {statement.lineno for statement in backward_statements(program)}
    assert {mutant.line for mutant in mutants_of(program)} == lines


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_a_mutant_changes_its_own_line_and_no_other(path: Path) -> None:
    program = path.read_text()
    for mutant in mutants_of(program):
        pairs = zip(program.splitlines(), mutant.program.splitlines(), strict=True)
        changed = [number for number, (old, new) in enumerate(pairs, 1) if old != new]
        assert changed == [mutant.line]


def test_the_order_is_that_of_the_statements_and_never_changes() -> None:
    program = BUNDLED[0].read_text()
    first: list[Mutant] = list(mutants(program))
    assert first == list(mutants(program))
    assert [mutant.line for mutant in first] == sorted(mutant.line for mutant in first)


def test_every_kind_of_slip_occurs_in_the_bundled_programs() -> None:
    kinds = {mutant.kind for path in BUNDLED for mutant in mutants_of(path.read_text())}
    assert kinds == set(Kind)
