"""Rules of ready-made losses: most of them are a difference between what is and what should be."""

from __future__ import annotations

import ast

from torch import Tensor

from ..node import Refused
from ..table import Use, rule
from ..term import Shape, Term
from ..trees import name, product, template
from .reductions import count, one_hot, size

_OPTIONS = "size_average, reduce, reduction"


def shared_out(use: Use, parameter: str = "x") -> Term:
    """What comes in, for every entry of the loss before it was averaged or summed."""
    shape = _before(use, parameter)
    reduction = use.value("reduction", "mean")
    if reduction == "none":
        return use.up
    up = use.up
    if reduction == "mean":
        up = up.over(count(use, use.shape("x"), list(range(len(use.shape("x"))))))
    if reduction == "batchmean":
        up = up.over(size(use.operands["x"], 0))
    return up.of_shape(shape)


def _before(use: Use, parameter: str) -> Shape:
    if use.shape("x") != use.shape("y"):
        raise Refused(f"no rule for {use.operation.name} of two shapes", use.line)
    return use.shape(parameter)


def _pair(operation: str, title: str, sentence: str, slope: str, formula: str, number: str = "") -> None:
    """A loss of the difference of two tensors: what one gets, the other gets with a minus."""

    def enter(operand: str) -> None:
        sign = "-" if operand == "y" else ""

        @rule(operation, operand, title, sentence, f"d{operand} += {sign}{formula}")
        def term(use: Use) -> Term:
            up = shared_out(use)
            up = up.times(ast.Constant(int(number))) if number else up
            up = up.times(_slope(use, slope), use.shape("x"))
            return up.negated() if operand == "y" else up

    enter("x")
    enter("y")


def _slope(use: Use, text: str) -> ast.expr:
    limit = next(
        (use.tree(parameter) for parameter in ("beta", "delta") if parameter in use.operands), ast.Constant(1)
    )
    return use.write(text, limit=limit, minus=ast.UnaryOp(ast.USub(), limit))


_pair(
    f"mse_loss(x, y, {_OPTIONS})",
    "mean squared error",
    "Every entry gets twice the difference, over the number of entries if the mean was taken.",
    "x - y",
    "2 * (x - y) / n * dout",
    "2",
)
_pair(
    f"l1_loss(x, y, {_OPTIONS})",
    "mean absolute error",
    "Every entry gets the sign of the difference, over the number of entries if the mean was taken.",
    "(x - y).sign()",
    "sign(x - y) / n * dout",
)
_pair(
    f"huber_loss(x, y, {_OPTIONS}, delta)",
    "Huber loss",
    "Every entry gets the difference, no more than delta of it, over the number of entries.",
    "(x - y).clamp(minus, limit)",
    "clamp(x - y, -delta, delta) / n * dout",
)


def _smooth(operand: str) -> None:
    @rule(
        f"smooth_l1_loss(x, y, {_OPTIONS}, beta)",
        operand,
        "smooth absolute error",
        "Every entry gets the difference over beta, no more than one of it, over the number of entries.",
        f"d{operand} += {'-' if operand == 'y' else ''}clamp((x - y) / beta, -1, 1) / n * dout",
    )
    def term(use: Use) -> Term:
        text = "((x - y) / beta).clamp(-1, 1)" if "beta" in use.operands else "(x - y).clamp(-1, 1)"
        up = shared_out(use).times(use.write(text), use.shape("x"))
        return up.negated() if operand == "y" else up


_smooth("x")
_smooth("y")


@rule(
    f"binary_cross_entropy(x, y, weight, {_OPTIONS})",
    "x",
    "binary cross-entropy",
    "Every probability gets its difference from the target over the slope of the sigmoid.",
    "dx += (x - y) / (x * (1 - x)) / n * dout",
)
def binary_cross_entropy_x(use: Use) -> Term:
    up = _weighted(use, shared_out(use)).times(use.write("x - y"), use.shape("x"))
    return up.over(use.write("x * (1 - x)"), use.shape("x"))


@rule(
    f"binary_cross_entropy(x, y, weight, {_OPTIONS})",
    "y",
    "binary cross-entropy",
    "Every target gets the difference of the two logarithms.",
    "dy += (log(1 - x) - log(x)) / n * dout",
)
def binary_cross_entropy_y(use: Use) -> Term:
    return _weighted(use, shared_out(use)).times(use.write("(1 - x).log() - x.log()"), use.shape("x"))


_LOGITS = f"binary_cross_entropy_with_logits(x, y, weight, {_OPTIONS}, pos_weight)"


@rule(
    _LOGITS,
    "x",
    "binary cross-entropy of logits",
    "Every logit gets the difference between its sigmoid and the target.",
    "dx += (sigmoid(x) - y) / n * dout",
)
def with_logits_x(use: Use) -> Term:
    if use.value("pos_weight") is not None:
        text = "(1 - y) * x.sigmoid() - y * pos_weight * (1 - x.sigmoid())"
    else:
        text = "x.sigmoid() - y"
    return _weighted(use, shared_out(use)).times(use.write(text), use.shape("x"))


@rule(
    _LOGITS,
    "y",
    "binary cross-entropy of logits",
    "Every target gets minus the logit.",
    "dy += -x / n * dout",
)
def with_logits_y(use: Use) -> Term:
    if use.value("pos_weight") is not None:
        raise Refused("no rule for a target with pos_weight", use.line)
    return _weighted(use, shared_out(use)).negated().times(use.tree("x"), use.shape("x"))


def _weighted(use: Use, term: Term) -> Term:
    if use.value("weight") is None:
        return term
    if use.shape("weight") != use.shape("x")[-len(use.shape("weight")) :]:
        raise Refused(f"no rule for {use.operation.name} with this weight", use.line)
    return term.times(use.tree("weight"), use.shape("weight"))


_KL = f"kl_div(x, y, {_OPTIONS}, log_target)"


@rule(
    _KL,
    "x",
    "Kullback-Leibler divergence",
    "Every log-probability gets minus its target.",
    "dx += -y / n * dout",
)
def kl_div_x(use: Use) -> Term:
    target = use.write("y.exp()") if use.value("log_target", False) else use.tree("y")
    return shared_out(use).negated().times(target, use.shape("x"))


@rule(
    _KL,
    "y",
    "Kullback-Leibler divergence",
    "Every target gets the difference of the logarithms plus one; logarithms get it times their exponential.",
    "dy += (log(y) - x + 1) / n * dout",
)
def kl_div_y(use: Use) -> Term:
    text = "y.exp() * (y - x + 1)" if use.value("log_target", False) else "y.log() - x + 1"
    return shared_out(use).times(use.write(text), use.shape("x"))


_CLASSES = "x, y, weight, size_average, ignore_index, reduce, reduction"


@rule(
    f"nll_loss({_CLASSES})",
    "x",
    "negative log-likelihood",
    "The log-probability of the right class gets minus the gradient, all others zero.",
    "dx += -one_hot(y) / n * dout",
)
def nll_loss(use: Use) -> Term:
    hot = _hot(use)
    return _of_examples(use).negated().times(hot, use.shape("x"))


@rule(
    f"cross_entropy({_CLASSES}, label_smoothing)",
    "x",
    "cross-entropy",
    "Every logit gets its probability, the right one less one; over the number of examples.",
    "dx += (softmax(x) - one_hot(y)) / n * dout",
)
def cross_entropy(use: Use) -> Term:
    dim = ast.Constant(_class_dim(use))
    if use.value("y").is_floating_point():
        return _of_examples(use).times(_against_probabilities(use, dim), use.shape("x"))
    if "label_smoothing" in use.operands:
        text = "x.softmax(dim) - (1 - eps) * hot - eps / classes"
        eps = use.tree("label_smoothing")
    else:
        text, eps = "x.softmax(dim) - hot", name("eps")
    classes = size(use.operands["x"], _class_dim(use))
    factor = use.write(text, dim=dim, hot=_hot(use), eps=eps, classes=classes)
    return _of_examples(use).times(factor, use.shape("x"))


def _against_probabilities(use: Use, dim: ast.expr) -> ast.expr:
    if use.value("label_smoothing", 0.0) or use.value("weight") is not None:
        raise Refused("no rule for cross_entropy of probabilities with options", use.line)
    y = use.value("y")
    whole = y.sum(_class_dim(use))
    if bool((whole - 1).abs().max() < 1e-6):
        return use.write("x.softmax(dim) - y", dim=dim)
    return use.write("x.softmax(dim) * y.sum(dim, keepdim=True) - y", dim=dim)


def _class_dim(use: Use) -> int:
    return 0 if len(use.shape("x")) == 1 else 1


def _hot(use: Use) -> ast.expr:
    """The targets as ones and zeros; a target to be ignored as the first class, to be masked."""
    x, y = use.shape("x"), use.tree("y")
    if _ignores(use):
        y = template("y.clamp(min=0)", y=y)
    hot = one_hot(use, y, use.operands["x"], _class_dim(use))
    return template("hot.movedim(-1, 1)", hot=hot) if len(x) > 2 else hot


def _ignored(use: Use) -> int:
    return int(use.value("ignore_index", -100))


def _ignores(use: Use) -> bool:
    y = use.value("y")
    return isinstance(y, Tensor) and not y.is_floating_point() and bool((y == _ignored(use)).any())


def _of_examples(use: Use) -> Term:
    """What comes in, for every example: over their number if the mean was taken."""
    if use.value("weight") is not None:
        raise Refused(f"no rule for {use.operation.name} with class weights", use.line)
    x = use.shape("x")
    reduction = use.value("reduction", "mean")
    up = use.up
    if reduction == "none":
        full = use.full_up
        at = _class_dim(use)
        shape = (*full.shape[:at], 1, *full.shape[at:])
        up = full.through(f"up.unsqueeze({at})", shape, view=True)
    elif reduction == "mean":
        up = up.over(_examples(use))
    return _masked(use, up).of_shape(x)


def _masked(use: Use, up: Term) -> Term:
    if not _ignores(use):
        return up
    at = _class_dim(use)
    x = use.shape("x")
    kept = use.write("(y != ignored).unsqueeze(at)", ignored=_ignored_tree(use), at=ast.Constant(at))
    return up.times(kept, (*x[:at], 1, *x[at + 1 :]), mask=True)


def _ignored_tree(use: Use) -> ast.expr:
    if "ignore_index" in use.operands:
        return use.tree("ignore_index")
    return ast.UnaryOp(ast.USub(), ast.Constant(100))


def _examples(use: Use) -> ast.expr:
    if _ignores(use):
        return use.write("(y != ignored).sum()", ignored=_ignored_tree(use))
    x = use.shape("x")
    dims = [at for at in range(len(x)) if at != _class_dim(use)]
    number = product([size(use.operands["x"], at) for at in dims])
    return number if number is not None else ast.Constant(1)
