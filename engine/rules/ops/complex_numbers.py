"""Rules of complex numbers, in torch's convention: what has a slope gets the conjugate of it."""

from __future__ import annotations

import ast

from ..table import Use, rule, text_rule
from ..term import Term

_PART = "The part that was taken gets the gradient, the other part gets none."

text_rule("real(x)", "x", "real part", _PART, "up.to(x.dtype)")
text_rule("imag(x)", "x", "imaginary part", _PART, "1j * up", formula="dx += 1j * dout")

_TURNED = "What was conjugated gets the conjugate of the gradient."


@rule("conj(x)", "x", "conjugate", _TURNED, "dx += dout.conj()")
def conjugate(use: Use) -> Term:
    return use.through("up.conj()") if use.is_complex else use.up


for _attribute in ("mH", "H"):

    def _enter_adjoint(attribute: str) -> None:
        @rule(
            f"{attribute}(x)",
            "x",
            "adjoint",
            "A conjugate transpose is undone by another one.",
            f"dx += dout.{attribute}",
        )
        def term(use: Use) -> Term:
            real = {"mH": "mT", "H": "T"}[attribute]
            return use.through(f"up.{attribute if use.is_complex else real}", view=not use.is_complex)

    _enter_adjoint(_attribute)


@rule(
    "angle(x)",
    "x",
    "angle",
    "The angle turns fastest at right angles to the number: by one over its size.",
    "dx += 1j * x / abs(x)**2 * dout",
)
def angle(use: Use) -> Term:
    if not use.is_complex:
        return use.up.times(ast.Constant(0))
    slope = use.write("1j * x", x=use.as_it_is("x"))
    return use.up.times(slope, use.shape("x")).over(use.write("x.abs() ** 2"), use.shape("x"))


_PARTS = "Each of the two parts gets its own part of the gradient."

text_rule("complex(x, y)", "x", "complex number", _PARTS, "up.real")
text_rule("complex(x, y)", "y", "complex number", _PARTS, "up.imag")


@rule(
    "polar(abs, angle)",
    "abs",
    "polar form",
    "The size gets the part of the gradient that points along the number.",
    "dabs += real(exp(-1j * angle) * dout)",
)
def polar_size(use: Use) -> Term:
    turned = use.write("torch.polar(torch.ones_like(angle), -angle)")
    return use.summed(use.up.times(turned, use.out_shape))


@rule(
    "polar(abs, angle)",
    "angle",
    "polar form",
    "The angle gets the part of the gradient at right angles to the number, times its size.",
    "dangle += real(-1j * conj(out) * dout)",
)
def polar_angle(use: Use) -> Term:
    return use.summed(use.up.times(use.write("-1j * out"), use.out_shape))


_PAIR = "Pairs of real numbers and complex numbers are the same numbers: the gradient is turned back."

text_rule(
    "view_as_real(x)",
    "x",
    "pairs of real numbers",
    _PAIR,
    "torch.complex(up[..., 0], up[..., 1])",
    formula="dx += dout[..., 0] + 1j * dout[..., 1]",
)
text_rule(
    "view_as_complex(x)",
    "x",
    "pairs of real numbers",
    _PAIR,
    "torch.view_as_real(up.resolve_conj())",
    formula="dx += the parts of dout, side by side",
)

_DOT = "Each side gets the other side times the gradient, conjugated where the product conjugates."


@rule("vdot(x, y)", "x", "dot product", _DOT, "dx += y * conj(dout)")
def vdot_x(use: Use) -> Term:
    up = use.up.through("up.conj()", ()) if use.is_complex else use.up
    return up.times(use.as_it_is("y"), use.shape("y")).of_shape(use.shape("x"))


@rule("vdot(x, y)", "y", "dot product", _DOT, "dy += x * dout")
def vdot_y(use: Use) -> Term:
    return use.up.times(use.as_it_is("x"), use.shape("x")).of_shape(use.shape("y"))
