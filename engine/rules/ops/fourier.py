"""Rules of Fourier transforms: the way back is the inverse transform, without its division."""

from __future__ import annotations

from dataclasses import replace

from ..node import Refused
from ..table import Use, rule
from ..term import Term
from ..trees import template, text_of
from .reductions import size

_WAY_BACK = (
    "A transform sends every entry everywhere, turned by an angle: the gradient comes back by the inverse "
    "transform, which turns by minus that angle, without its division."
)
_BACK = {None: ', norm="forward"', "backward": ', norm="forward"', "ortho": ', norm="ortho"', "forward": ""}


def _norm(use: Use) -> str:
    """The other way of dividing: what divides there does so here."""
    return _BACK[use.value("norm")]


def _dim(use: Use) -> str:
    return ", dim=dim" if "dim" in use.operands else ""


def _one_dimension(operation: str, inverse: str) -> None:
    @rule(
        f"{operation}(x, n, dim, norm)",
        "x",
        "Fourier transform",
        _WAY_BACK,
        f'dx += {inverse}(dout, norm="forward")',
    )
    def term(use: Use) -> Term:
        at = use.value("dim", -1) % len(use.shape("x"))
        before, after = use.shape("x")[at], use.out_shape[at]
        text = f"torch.fft.{inverse}(up{_dim(use)}{_norm(use)})"
        if before < after:
            text += f".narrow({at}, 0, x.shape[{at}])"
        if before > after and at + 1 < len(use.shape("x")):
            raise Refused(f"no rule for {operation} of a part of a dimension that is not the last", use.line)
        if before > after:
            text = f"F.pad({text}, (0, x.shape[-1] - n))"
        return use.through(text)


_one_dimension("fft", "ifft")
_one_dimension("ifft", "fft")


def _several(operation: str, inverse: str) -> None:
    @rule(
        f"{operation}(x, s, dim, norm)",
        "x",
        "Fourier transform",
        _WAY_BACK,
        f'dx += {inverse}(dout, norm="forward")',
    )
    def term(use: Use) -> Term:
        _require_all(use)
        return use.through(f"torch.fft.{inverse}(up{_dim(use)}{_norm(use)})")


def _require_all(use: Use) -> None:
    if use.shape("x") != use.out_shape:
        raise Refused(f"no rule for {use.operation.name} to another size", use.line)


for _forward, _inverse in (("fft2", "ifft2"), ("fftn", "ifftn")):
    _several(_forward, _inverse)
    _several(_inverse, _forward)


@rule(
    "rfft(x, n, dim, norm)",
    "x",
    "Fourier transform of real numbers",
    "The half that is kept gets the gradient: it comes back by the inverse transform, the other half zero.",
    'dx += real(ifft(dout, n, norm="forward"))',
)
def rfft(use: Use) -> Term:
    at = use.value("dim", -1) % len(use.shape("x"))
    if use.value("n") not in (None, use.shape("x")[at]):
        raise Refused("no rule for rfft to another size", use.line)
    return use.through(f"torch.fft.ifft(up, x.shape[{at}]{_dim(use)}{_norm(use)})")


@rule(
    "irfft(x, n, dim, norm)",
    "x",
    "inverse Fourier transform to real numbers",
    "Every entry stands for two that are mirrored: it counts twice, the first and a middle one only once.",
    'dx += rfft(dout, norm="forward"), twice between the ends',
)
def irfft(use: Use) -> Term:
    x, out = use.shape("x"), use.out_shape
    if use.value("dim", -1) % len(x) != len(x) - 1 or x[-1] != out[-1] // 2 + 1:
        raise Refused(
            "no rule for irfft to another size, or along a dimension that is not the last", use.line
        )
    up = use.full_up
    tree = template(f"torch.fft.rfft(up{_norm(use)})", up=up.written())
    middle = template("(n + 1) // 2", n=size(use.operation.node, len(out) - 1))
    twice = f"{{name}}[..., 1:{text_of(middle)}] *= 2"
    bare = replace(up, factors=(), minus=False, shares="", shape=x, base_shape=x)
    term, base = bare.with_helper("spectrum", tree, [twice])
    return replace(term, base=base)


_SHIFTED = "What was shifted one way is shifted back the other."


def _shifted(operation: str, inverse: str) -> None:
    @rule(f"{operation}(x, dim)", "x", "shift", _SHIFTED, f"dx += {inverse}(dout, dim)")
    def term(use: Use) -> Term:
        return use.through(f"torch.fft.{inverse}(up{_dim(use)})")


_shifted("fftshift", "ifftshift")
_shifted("ifftshift", "fftshift")
