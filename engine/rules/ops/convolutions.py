"""Rules of convolutions and of what belongs to them: windows, pooling."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..node import Refused
from ..table import Use, rule
from ..term import Term
from ..trees import product
from .reductions import size

_OPTIONS = ("stride", "padding", "dilation", "groups")


def _convolution(dims: int) -> None:
    title = f"convolution of {dims} dimension{'s' if dims > 1 else ''}"
    signature = f"conv{dims}d(x, weight, bias, {', '.join(_OPTIONS)})"

    @rule(
        signature,
        "x",
        title,
        "Every entry gets the gradients of the windows that it was in, times the weights that it met there.",
        f"dx += conv{dims}d_input(x.shape, weight, dout)",
    )
    def by_input(use: Use) -> Term:
        given = _given(use, _OPTIONS)
        return use.through(f"torch.nn.grad.conv{dims}d_input(x.shape, weight, up{given})")

    @rule(
        signature,
        "weight",
        title,
        "Every weight gets the sum over all windows of the gradient times the entry that it met.",
        f"dweight += conv{dims}d_weight(x, weight.shape, dout)",
    )
    def by_weight(use: Use) -> Term:
        given = _given(use, _OPTIONS)
        return use.through(f"torch.nn.grad.conv{dims}d_weight(x, weight.shape, up{given})")

    @rule(
        signature,
        "bias",
        title,
        "A bias is added at every place of its channel: it gets the sum over them.",
        f"dbias += dout.sum({(0, *range(2, 2 + dims))})",
    )
    def by_bias(use: Use) -> Term:
        dims_ = (0, *range(2, 2 + dims)) if len(use.out_shape) == dims + 2 else tuple(range(1, 1 + dims))
        return use.through(f"up.sum({dims_ if len(dims_) > 1 else dims_[0]})")


def _given(use: Use, options: Sequence[str]) -> str:
    """The options that the forward gives, by keyword."""
    if isinstance(use.value("padding"), str):
        raise Refused(f"no rule for padding {use.value('padding')!r}", use.line)
    return "".join(f", {option}={option}" for option in options if option in use.operands)


_convolution(1)
_convolution(2)

_WINDOWS = ("dilation", "padding", "stride")


@rule(
    "unfold(x, kernel_size, dilation, padding, stride)",
    "x",
    "windows",
    "Windows are put back where they came from, and where they overlap they are added up.",
    "dx += fold(dout, x.shape[-2:], kernel_size)",
)
def unfold(use: Use) -> Term:
    return use.through(f"F.fold(up, x.shape[-2:], kernel_size{_given(use, _WINDOWS)})")


@rule(
    "fold(x, output_size, kernel_size, dilation, padding, stride)",
    "x",
    "windows added up",
    "Every window gets the gradient of the place that it was added to.",
    "dx += unfold(dout, kernel_size)",
)
def fold(use: Use) -> Term:
    return use.through(f"F.unfold(up, kernel_size{_given(use, _WINDOWS)})")


_POOL = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")


def _max_pool(dims: int) -> None:
    operation = f"max_pool{dims}d"

    @rule(
        f"{operation}(x, {', '.join(_POOL)}, return_indices, item)",
        "x",
        "max pooling",
        "The largest of each window gets its gradient; where several are equal torch takes the first.",
        "dx[the largest of each window] += dout",
    )
    def term(use: Use) -> Term:
        if use.value("item", 0) != 0:
            raise Refused("places have no gradient", use.line)
        given = _given(use, _POOL[1:])
        call = use.write(f"F.{operation}(x, kernel_size{given}, return_indices=True)[1]")
        up, places = use.full_up.with_helper("places", call)
        last = -dims if dims > 1 else None
        flat = f".flatten({last})" if last else ""
        back = ".view(x.shape)" if last else ""
        text = f"torch.zeros_like(x){flat}.scatter_add(-1, places{flat}, up{flat}){back}"
        return up.through(text, use.shape("x"), x=use.tree("x"), places=places)


_max_pool(1)
_max_pool(2)


def _average_pool(dims: int) -> None:
    operation = f"avg_pool{dims}d"

    @rule(
        f"{operation}(x, kernel_size, stride, padding, ceil_mode, count_include_pad)",
        "x",
        "average pooling",
        "Every entry gets the gradients of the windows that it was in, over the size of a window.",
        "dx += dout spread over its windows / size",
    )
    def term(use: Use) -> Term:
        if use.value("padding", 0) or use.value("ceil_mode", False):
            raise Refused("no rule for average pooling with padding", use.line)
        sizes = _both(use.value("kernel_size"), dims)
        steps = _both(use.value("stride") or use.value("kernel_size"), dims)
        if sizes != steps or any(n % k for n, k in zip(use.shape("x")[-dims:], sizes, strict=True)):
            return _overlapping(use, dims)
        if isinstance(use.value("kernel_size"), int):
            power = f"kernel_size ** {dims}" if dims > 1 else "kernel_size"
            spread = use.through("F.interpolate(up, scale_factor=kernel_size)")
            return spread.over(use.write(power))
        words = ast.Tuple(elts=[ast.Constant(size) for size in sizes], ctx=ast.Load())
        spread = use.through("F.interpolate(up, scale_factor=sizes)", sizes=words)
        whole = product([ast.Constant(size) for size in sizes])
        assert whole is not None
        return spread.over(whole)


_average_pool(1)
_average_pool(2)


def _both(value: object, dims: int) -> tuple[int, ...]:
    if isinstance(value, int):
        return (value,) * dims
    assert isinstance(value, tuple | list)
    return tuple(value) if len(value) == dims else tuple(value) * dims


def _overlapping(use: Use, dims: int) -> Term:
    """Windows that overlap: a transposed convolution by a kernel of equal weights, channel by channel."""
    if not isinstance(use.value("kernel_size"), int):
        raise Refused("no rule for average pooling by windows that are not square", use.line)
    ones = ", ".join(["kernel_size"] * dims)
    given = ", stride=stride" if "stride" in use.operands else ", stride=kernel_size"
    text = f"F.conv_transpose{dims}d(up, torch.ones(x.shape[1], 1, {ones}), groups=x.shape[1]{given})"
    left = [
        n - (k - 1) - 1 - s * (o - 1)
        for n, k, s, o in zip(
            use.shape("x")[-dims:],
            _both(use.value("kernel_size"), dims),
            _both(use.value("stride") or use.value("kernel_size"), dims),
            use.out_shape[-dims:],
            strict=True,
        )
    ]
    if any(left):
        rest = [word for uncovered in reversed(left) for word in ("0", str(uncovered))]
        text = f"F.pad({text}, ({', '.join(rest)}))"
    return use.through(text).over(use.write(f"kernel_size ** {dims}" if dims > 1 else "kernel_size"))


def _adaptive(dims: int) -> None:
    @rule(
        f"adaptive_avg_pool{dims}d(x, output_size)",
        "x",
        "average over all places",
        "Every place gets the gradient of the average, over the number of places.",
        "dx += dout / places",
    )
    def term(use: Use) -> Term:
        if any(size_of_output != 1 for size_of_output in use.out_shape[-dims:]):
            raise Refused("no rule for adaptive pooling to more than one place", use.line)
        x = use.shape("x")
        places = product([size(use.operands["x"], at) for at in range(len(x) - dims, len(x))])
        assert places is not None
        return use.up.over(places).of_shape(x)


_adaptive(1)
_adaptive(2)
