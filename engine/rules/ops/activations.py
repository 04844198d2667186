"""Rules of activations that have a parameter or more than one piece."""

from __future__ import annotations

import torch

from ..table import Use, rule
from ..term import Term
from .elementwise import Slope, enter, sloped

enter(
    Slope(
        "silu(x)",
        "silu",
        "The product of x and its sigmoid has two slopes: the sigmoid, and x times the sigmoid's slope.",
        ("x.sigmoid()", "1 + x * (1 - x.sigmoid())"),
    )
)
enter(
    Slope(
        "relu6(x)",
        "relu6",
        "What lies between 0 and 6 passes, all else is stopped.",
        ("(x > 0) * (x < 6)",),
    )
)
enter(
    Slope(
        "softsign(x)",
        "softsign",
        "The slope is one over the square of one plus |x|.",
        (),
        ("(1 + x.abs()) ** 2",),
    )
)
enter(
    Slope(
        "tanhshrink(x)", "tanhshrink", "The slope of x - tanh(x) is the square of tanh.", ("x.tanh() ** 2",)
    )
)


@rule(
    "leaky_relu(x, slope, inplace)",
    "x",
    "leaky relu",
    "What was positive passes, what was not is multiplied by the small slope.",
    "dx += where(x > 0, 1, slope) * dout",
    "Maas, Hannun, Ng 2013",
)
def leaky_relu(use: Use) -> Term:
    slope = use.tree("slope") if "slope" in use.operands else use.write("0.01")
    return sloped(use, ("torch.where(x > 0, 1, slope)",), slope=slope)


@rule(
    "elu(x, alpha, scale, input_scale, inplace)",
    "x",
    "elu",
    "What was positive passes; below, the slope is that of the exponential, alpha * exp(x).",
    "dx += where(x > 0, 1, alpha * exp(x)) * dout",
    "Clevert, Unterthiner, Hochreiter 2016",
)
def elu(use: Use) -> Term:
    alpha = "alpha * " if "alpha" in use.operands else ""
    return sloped(use, (f"torch.where(x > 0, 1, {alpha}x.exp())",))


@rule(
    "selu(x, inplace)",
    "x",
    "selu",
    "An elu with two fixed constants.",
    "dx += scale * where(x > 0, 1, alpha * exp(x)) * dout",
    "Klambauer and others 2017",
)
def selu(use: Use) -> Term:
    return sloped(use, ("1.0507009873554805", "torch.where(x > 0, 1, 1.6732632423543772 * x.exp())"))


@rule(
    "gelu(x, approximate)",
    "x",
    "gelu",
    "The slope of x times the normal distribution is that distribution plus x times its density.",
    "dx += (Phi(x) + x * phi(x)) * dout",
    "Hendrycks, Gimpel 2016",
)
def gelu(use: Use) -> Term:
    if use.value("approximate", "none") == "tanh":
        return _gelu_by_tanh(use)
    cdf = "0.5 * (1 + torch.erf(x / 2 ** 0.5))"
    density = "x * torch.exp(-x ** 2 / 2) / (2 * torch.pi) ** 0.5"
    return sloped(use, (f"{cdf} + {density}",))


def _gelu_by_tanh(use: Use) -> Term:
    inner = use.write("(2 / torch.pi) ** 0.5 * (x + 0.044715 * x ** 3)")
    up, tanh = use.up.with_helper("tanh", use.write("torch.tanh(inner)", inner=inner))
    slope = "(2 / torch.pi) ** 0.5 * (1 + 0.134145 * x ** 2)"
    factor = use.write(f"0.5 * (1 + tanh) + 0.5 * x * (1 - tanh ** 2) * {slope}", tanh=tanh)
    return up.times(factor, use.out_shape)


@rule(
    "softplus(x, beta, threshold)",
    "x",
    "softplus",
    "The slope of the softplus is the sigmoid, of beta times x; above the threshold it is one.",
    "dx += sigmoid(beta * x) * dout",
)
def softplus(use: Use) -> Term:
    steep = use.value("x") * use.value("beta", 1) > use.value("threshold", 20)
    inner = "torch.sigmoid(beta * x)" if "beta" in use.operands else "x.sigmoid()"
    if not bool(torch.as_tensor(steep).any()):
        return sloped(use, (inner,))
    limit = "threshold" if "threshold" in use.operands else "20"
    scaled = "beta * x" if "beta" in use.operands else "x"
    return sloped(use, (f"torch.where({scaled} > {limit}, 1, {inner})",))


@rule(
    "hardtanh(x, low, high)",
    "x",
    "hardtanh",
    "What lies between the bounds passes, all else is stopped.",
    "dx += (low < x < high) * dout",
)
def hardtanh(use: Use) -> Term:
    low = use.tree("low") if "low" in use.operands else use.write("-1")
    high = use.tree("high") if "high" in use.operands else use.write("1")
    return sloped(use, ("(x > low) * (x < high)",), low=low, high=high)


@rule(
    "mish(x)",
    "x",
    "mish",
    "The slope of x times tanh(softplus(x)) has the slopes of both factors.",
    "dx += (t + x * sigmoid(x) * (1 - t**2)) * dout, t = tanh(softplus(x))",
    "Misra 2019",
)
def mish(use: Use) -> Term:
    up, tanh = use.up.with_helper("tanh", use.write("F.softplus(x).tanh()"))
    return up.times(use.write("tanh + x * x.sigmoid() * (1 - tanh ** 2)", tanh=tanh), use.out_shape)
