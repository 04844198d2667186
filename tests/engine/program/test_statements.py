"""What a statement binds, reads and changes, told from its form alone."""

from __future__ import annotations

import ast

import pytest

from backprop_tui.engine.program.names import stored_names
from backprop_tui.engine.program.statements import Statement, statements_of


def statements(text: str) -> tuple[Statement, ...]:
    return statements_of(ast.parse(text), "backward", tuple(text.split("\n")))


def only(text: str) -> Statement:
    (found,) = statements(text)
    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = 1", ("a",)),
        ("a = b = 1", ("a", "b")),
        ("a, (b, *c) = x", ("a", "b", "c")),
        ("a: int = 1", ("a",)),
        ("a += 1", ("a",)),
        ("a = (b := 1)", ("a", "b")),
        ("import os.path", ("os",)),
        ("import os.path as p", ("p",)),
        ("from os import path as p, sep", ("p", "sep")),
        ("def f(x): y = 1", ("f",)),
        ("class A: b = 1", ("A",)),
        ("a = [b for b in x]", ("a",)),
        ("a = lambda b: b", ("a",)),
        ("x[i] = 1", ()),
        ("x.a = 1", ()),
        ("f(x)", ()),
    ],
)
def test_what_a_statement_binds(text: str, names: tuple[str, ...]) -> None:
    assert only(text).binds == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x[0] = 1", ("x",)),
        ("x[0][1] += 1", ("x",)),
        ("x.data -= 1", ("x",)),
        ("x.data[0].y = 1", ("x",)),
        ("x += 1", ("x",)),
        ("x.add_(y)", ("x",)),
        ("x[0].add_(y)", ("x",)),
        ("x.view(-1).index_add_(0, ix, dv)", ("x",)),
        ("torch.add(a, b, out=x)", ("x",)),
        ("torch.fill_(x, 1)", ("x",)),
        ("torch.nn.init.normal_(x)", ("x",)),
        ("x[0], y[0] = 1, 2", ("x", "y")),
        ("z = x.mul_(2)", ("x",)),
        ("z = x.clone().mul_(2)", ()),
        ("z = x.mul(2).mul_(3)", ()),
        ("F.relu(x, inplace=True)", ("x",)),
        ("F.relu(x, inplace=False)", ()),
        ("x.__len__()", ()),
        ("x.add(y)", ()),
        ("x = 1", ()),
        ("def f(x): x.add_(1)", ()),
    ],
)
def test_what_a_statement_changes_in_place(text: str, names: tuple[str, ...]) -> None:
    assert only(text).changes == names


def test_the_argument_of_an_in_place_method_is_read_and_not_written() -> None:
    statement = only("dE.index_add_(0, ix, dv)")
    assert statement.writes == ("dE",)
    assert {"ix", "dv"} <= statement.reads


def test_an_augmented_assignment_reads_its_target() -> None:
    assert "x" in only("x += y").reads


def test_what_a_lambda_reads_is_read() -> None:
    assert "y" in only("f = lambda x: x + y").reads


def test_simple_statements_are_found_at_any_depth_in_source_order() -> None:
    text = "for i in x:\n    if i:\n        a = 1\n    else:\n        b = 2\nwith y as z:\n    c = 3\nd = 4"
    assert [s.text for s in statements(text)] == ["a = 1", "b = 2", "c = 3", "d = 4"]


def test_handlers_and_match_cases_are_searched_too() -> None:
    text = "try:\n    a = 1\nexcept E:\n    b = 2\nfinally:\n    c = 3\nmatch x:\n    case 1:\n        d = 4"
    assert {s.text for s in statements(text)} == {"a = 1", "b = 2", "c = 3", "d = 4"}


def test_the_variables_of_a_header_belong_to_the_first_statement_inside() -> None:
    first, second = statements("for i, (a, b) in x:\n    c = 1\n    d = 2")
    assert set(first.binds) == {"i", "a", "b", "c"}
    assert second.binds == ("d",)


def test_functions_are_one_statement() -> None:
    assert len(statements("def f():\n    a = 1\n    b = 2")) == 1


def test_a_statement_of_several_lines_knows_its_extent() -> None:
    statement = only("x = (\n    1 +\n    2\n)")
    assert (statement.line, statement.end_line) == (1, 4)


def test_statements_on_one_line_are_told_apart() -> None:
    first, second = statements("a = 1; b = 2")
    assert (first.binds, second.binds) == (("a",), ("b",))


def test_names_bound_in_functions_are_not_the_modules() -> None:
    assert stored_names(ast.parse("def f(a):\n    b = 1\nc = 1")) == {"f", "c"}
