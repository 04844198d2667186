"""Rules of inverses, systems of equations, determinants and factors of matrices."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..node import Refused
from ..table import Use, rule
from ..term import Term
from ..trees import template

_INVERSE = "An inverse moves against its matrix, seen from both sides: minus inverse, gradient, inverse."


@rule("inv(x)", "x", "inverse", _INVERSE, "dx += -out.mT @ dout @ out.mT")
def inverse(use: Use) -> Term:
    return use.through("out.mT @ up @ out.mT").negated()


_SOLVED = "The right side gets what solves the transposed equations for the gradient."
_EQUATIONS = "The matrix gets minus what the right side gets, times the solution."


@rule("solve(x, y, left)", "y", "linear equations", _SOLVED, "dy += solve(x.mT, dout)")
def solve_right_side(use: Use) -> Term:
    _require_left(use)
    return use.through("torch.linalg.solve(x.mT, up)")


@rule("solve(x, y, left)", "x", "linear equations", _EQUATIONS, "dx += -solve(x.mT, dout) @ out.mT")
def solve_matrix(use: Use) -> Term:
    _require_left(use)
    solved = "torch.linalg.solve(x.mT, up)"
    if len(use.out_shape) == 1:
        return use.through(f"torch.outer({solved}, out)").negated()
    if len(use.out_shape) < len(use.shape("x")):
        return use.through(f"{solved}.unsqueeze(-1) * out.unsqueeze(-2)").negated()
    return use.through(f"{solved} @ out.mT").negated()


def _require_left(use: Use) -> None:
    if not use.value("left", True):
        raise Refused(f"no rule for {use.operation.name} from the right", use.line)
    if use.shape("y") != use.out_shape:
        raise Refused(f"no rule for {use.operation.name} of broadcast equations", use.line)


_TRIANGULAR = "solve_triangular(x, y, upper, left, unitriangular)"


@rule(_TRIANGULAR, "y", "triangular equations", _SOLVED, "dy += solve_triangular(x.mT, dout)")
def triangular_right_side(use: Use) -> Term:
    return use.through(_solved(use))


@rule(
    _TRIANGULAR,
    "x",
    "triangular equations",
    _EQUATIONS,
    "dx += -triangle(solve_triangular(x.mT, dout) @ out.mT)",
)
def triangular_matrix(use: Use) -> Term:
    triangle = "triu" if use.value("upper") else "tril"
    diagonal = {"triu": "1", "tril": "-1"}[triangle] if use.value("unitriangular", False) else ""
    return use.through(f"({_solved(use)} @ out.mT).{triangle}({diagonal})").negated()


def _solved(use: Use) -> str:
    _require_left(use)
    unit = ", unitriangular=True" if use.value("unitriangular", False) else ""
    return f"torch.linalg.solve_triangular(x.mT, up, upper={not use.value('upper')}{unit})"


@rule(
    "cholesky(x, upper)",
    "x",
    "Cholesky factor",
    "The gradient is halved on the diagonal, taken below it, and seen from both sides of the factor.",
    "dx += inv(out).mT @ half(out.mT @ dout) @ inv(out), made symmetric",
)
def cholesky(use: Use) -> Term:
    """With L the lower factor, L^-H phi(L^H dL) L^-1 and its adjoint, by half (Murray, arXiv 1602.07527)."""
    up, factor = _lower(use)
    turned = "mH" if use.is_complex else "mT"
    bare = replace(up, factors=(), minus=False, shares="")
    inner = template(f"factor.{turned} @ up", factor=factor, up=up.written())
    term, inner = bare.with_helper("inner", inner)
    half = template("(inner.tril() + inner.tril(-1)) / 2", inner=inner)
    solve = "torch.linalg.solve_triangular"
    text = f"{solve}(factor, {solve}(factor.{turned}, half, upper=True), upper=False, left=False)"
    term, sides = term.with_helper("sides", template(text, factor=factor, half=half))
    return replace(term, base=template(f"(sides + sides.{turned}) / 2", sides=sides))


def _lower(use: Use) -> tuple[Term, ast.expr]:
    """What comes in at the lower factor, and that factor."""
    factor = use.operation.node.tree()
    if not use.value("upper", False):
        return use.full_up, factor
    turned = "mH" if use.is_complex else "mT"
    return use.through(f"up.{turned}"), template(f"factor.{turned}", factor=factor)


_VOLUME = "The determinant grows with every entry by its cofactor: the inverse, transposed, times it."


@rule("det(x)", "x", "determinant", _VOLUME, "dx += out * inv(x).mT * dout")
def determinant(use: Use) -> Term:
    return _by_inverse(use, use.up.times(use.out, use.out_shape))


_LOGARITHM = "The logarithm of a determinant grows with every entry by the inverse, transposed."


@rule("logdet(x)", "x", "logarithm of a determinant", _LOGARITHM, "dx += inv(x).mT * dout")
def log_determinant(use: Use) -> Term:
    return _by_inverse(use, use.up)


@rule("slogdet(x, item)", "x", "logarithm of a determinant", _LOGARITHM, "dx += inv(x).mT * dout")
def sign_and_log_determinant(use: Use) -> Term:
    if str(use.value("item")) not in ("logabsdet", "1"):
        raise Refused("the sign of a determinant has no gradient", use.line)
    return _by_inverse(use, use.up)


def _by_inverse(use: Use, up: Term) -> Term:
    """Every entry of the matrix gets what came in times the inverse, transposed."""
    inverse = use.write("torch.linalg.inv(x).mT")
    shape = (*up.shape, 1, 1)
    if up.shape:
        up = up.full(use.out).through("up[..., None, None]", shape, view=True)
    return up.times(inverse, use.shape("x")).of_shape(use.shape("x"))
