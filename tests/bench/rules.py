"""How many gradients the rules write, how long the lines are, and how many are what a human wrote."""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.library import bundled_names, load
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.rules.derivation.derive import Derivation, derive

TESTS = Path(__file__).parent.parent / "programs"
ATOMIC = ("linear_regression", "logistic_regression", "softmax_mlp", "batchnorm_mlp", "layer_norm")


def derivation(program: Program) -> Derivation:
    """The gradients of a program's first iteration."""
    session = Session(program)
    session.begin()
    return derive(session, session.iterate())


def plain(tree: ast.expr) -> str:
    """A text that is the same for products of the same factors, and with or without a clone."""
    minus, over, under = factors(tree)
    if not minus and not under and len(over) == 1:
        return over[0]
    return f"{'-' * minus}{' * '.join(sorted(over))}{''.join(f' / {one}' for one in sorted(under))}"


def factors(tree: ast.expr) -> tuple[bool, list[str], list[str]]:
    """Whether there is a minus, the factors and the divisors; ones left out."""
    match tree:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            minus, over, under = factors(operand)
            return not minus, over, under
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as operator, right=right):
            one, over, under = factors(left)
            two, more, less = factors(right)
            if isinstance(operator, ast.Div):
                more, less = less, more
            return one != two, over + more, under + less
        case ast.Constant(value=1):
            return False, [], []
        case ast.Call(func=ast.Attribute(attr="clone", value=value)):
            return factors(value)
    return False, [single(tree)], []


def single(tree: ast.expr) -> str:
    """What is no product, with its parts in plain form."""
    return f"({ast.unparse(_Parts().generic_visit(tree))})" if isinstance(tree, ast.BinOp) else _text(tree)


def _text(tree: ast.expr) -> str:
    return ast.unparse(_Parts().generic_visit(tree))


class _Parts(ast.NodeTransformer):
    """Replaces every expression directly inside by its plain form."""

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.Name(id=plain(node), ctx=ast.Load()) if isinstance(node, ast.expr) else node


def statements(text: str) -> list[str]:
    """Every assignment in a text in plain form."""
    found = []
    for node in ast.parse(text).body:
        match node:
            case ast.Assign(targets=[target], value=value):
                found.append(f"{ast.unparse(target)} = {plain(value)}")
            case ast.AugAssign(target=target, op=operator, value=value):
                negative = isinstance(operator, ast.Sub)
                added = ast.UnaryOp(ast.USub(), value) if negative else value
                found.append(f"{ast.unparse(target)} += {plain(added)}")
            case ast.Expr(value=value):
                found.append(plain(value))
    return found


def by_hand(program: Program) -> dict[str, list[str]]:
    """The lines that the program itself has for every gradient, in plain form."""
    section = program.section("backward")
    found: dict[str, list[str]] = {}
    for node in section.tree.body if section else []:
        for line in statements(ast.unparse(node)):
            name = re.match(r"\w+", line)
            if name:
                found.setdefault(name[0], []).append(line)
    return found


def same_text(program: Program, found: Derivation) -> list[bool]:
    """For every gradient of a program, whether the human's lines say the same."""
    hand = by_hand(program)
    pairs = [
        (sorted(hand[one.name]), sorted(statements("\n".join(one.lines))))
        for one in found.gradients.values()
        if one.name in hand
    ]
    if len(sys.argv) > 1:
        print("".join(f"{program.name}: {one} by hand, {two}\n" for one, two in pairs if one != two), end="")
    return [one == two for one, two in pairs]


def programs() -> Iterator[Program]:
    """The bundled programs and those of the tests."""
    for name in bundled_names():
        yield load(name)
    for path in sorted(TESTS.glob("*/*.py")):
        yield load(str(path))


def share(found: list[bool]) -> str:
    """How many, of how many, in percent."""
    return f"{sum(found)} of {len(found)}, {100 * sum(found) / len(found):.1f} %"


def main() -> None:
    """Print the scores; with an argument also what is not written, and what is written otherwise."""
    written: list[bool] = []
    lengths: list[int] = []
    short: list[bool] = []
    same: list[bool] = []
    for program in programs():
        found = derivation(program)
        problems = [f"{one.name}: {one.reason}" for one in found.gradients.values() if one.reason]
        if found.problem:
            problems.append(found.problem)
        written += [bool(one.lines) for one in found.gradients.values()] or [False]
        lengths += [len(line) for one in found.gradients.values() for line in one.lines]
        short += [len(one.lines) <= 3 for one in found.gradients.values()]
        if program.name in ATOMIC:
            same += same_text(program, found)
        if len(sys.argv) > 1:
            print("".join(f"{program.name}: {one}\n" for one in problems), end="")
    print(f"gradients written: {share(written)} (goal 99)")
    print(
        f"length of a line: median {statistics.median(lengths):.0f} (goal below 30), longest {max(lengths)}"
    )
    print(f"gradients of at most three lines: {share(short)}")
    print(f"same text as by hand: {share(same)} (goal 70)")


if __name__ == "__main__":
    main()
