"""The reference backward: leaves that require grad, a loss that can be differentiated, autograd."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from operator import attrgetter, is_
from typing import Any

import torch
from torch import Tensor

from ...program.frame import is_inside
from ...tensors.aliasing import Namespace, zeros_like
from ...tensors.autograd_graph import nodes_behind
from ...tensors.batch_comparison import largest_of
from ...tensors.comparison import with_article
from ...tensors.dtypes import can_have_gradient
from ...tensors.inert import is_tensor, name_of_type
from ...tensors.kinds import kind_of, requires_grad, shape_of, unreadable
from ..failure import ProgramFault
from ..holders import PLAIN
from ..recording.steps import MISSING


@dataclass(frozen=True, eq=False)
class References:
    """Autograd's gradients by tensor name."""

    gradients: Mapping[str, Tensor]
    others: Mapping[str, Any]
    """What else was asked for, and has none."""
    unreached: frozenset[str] = frozenset()
    """Those among the tensors that the loss does not depend on: their gradients are zero."""
    unnamed: tuple[tuple[Tensor, Tensor | None], ...] = ()
    """Leaves without a name and their gradients, where a program says `loss.backward()`."""
    loss: str = "loss"
    """The name of the loss."""

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """Why the others have none."""
        return {name: _reason(name, value) for name, value in self.others.items()}

    @cached_property
    def largest(self) -> float:
        """The largest absolute finite entry of any of them; what only functions have a name for aside."""
        return _largest(value for name, value in self.gradients.items() if not is_inside(name))

    @property
    def at_least(self) -> float:
        """Known without a look at any entry: the gradient of the loss itself is 1."""
        return 1.0 if self.loss in self.gradients else 0.0


def require_parameters(
    namespace: Namespace, names: Iterable[str], passing: Container[str]
) -> tuple[str, ...]:
    """The names among those bound in `parameters` that are parameters, every tensor under its first name.

    Those that are only `passing` are none, but where there are no others.

    One at least has to be a tensor.

    Raises:
        ProgramFault: none has a gradient; one is named.
    """
    bound = [name for name in names if is_tensor(namespace.get(name))]
    leaves = [name for name in bound if _can_be_leaf(namespace[name])]
    named = [name for name in leaves if name not in passing] or leaves
    first = {id(namespace[name]): name for name in reversed(named)}
    if first:
        return tuple(name for name in named if name in first.values())
    raise ProgramFault(_why_no_parameter(bound[0], namespace[bound[0]]), bound[0])


def _can_be_leaf(value: Any) -> bool:
    return can_have_gradient(value) and unreadable(value) is None


def _why_no_parameter(name: str, value: Tensor) -> str:
    if problem := unreadable(value):
        return f"`{name}` is {problem.words}; a parameter has to be a tensor of numbers"
    kind = with_article(kind_of(value))
    return f"`{name}` is {kind} tensor, which has no gradient; write it with a decimal point, or add .float()"


def make_leaves(namespace: Namespace, parameters: Iterable[str], data: Iterable[str]) -> None:
    """Let parameters, and data whose gradient is written, require grad, in place.

    Raises:
        ProgramFault: the update bound a parameter to something that is no floating tensor.
    """
    for name in parameters:
        value = namespace.get(name, MISSING)
        if type(value) is Tensor and value.is_leaf and can_have_gradient(value):
            value.requires_grad_()  # a view says that it does already where its base does
            continue
        if not can_have_gradient(value):
            what = "is gone" if value is MISSING else f"became {_kind(value)}"
            raise ProgramFault(f"the parameter `{name}` {what}; it has to stay a floating tensor", name)
        namespace[name] = _as_leaf(value)
    for name in data:
        if _can_be_leaf(namespace.get(name)):
            namespace[name] = _as_leaf(namespace[name])


def _kind(value: Any) -> str:
    return "None" if value is None else with_article(name_of_type(value))


def require_shapes(namespace: Namespace, shapes: Mapping[str, torch.Size]) -> None:
    """Refuse an iteration whose parameters no longer have the shapes that they began with.

    Raises:
        ProgramFault: the update broadcast a gradient of a wrong shape into a parameter, or rebound it.
    """
    for name in _changed(namespace, shapes):
        raise ProgramFault(_reshaped(namespace, shapes, name), name)


def changed_shapes(namespace: Namespace, shapes: Mapping[str, torch.Size]) -> list[str]:
    """A sentence for every parameter whose shape is not the one that it began with."""
    try:
        if [*map(_shape, map(namespace.__getitem__, shapes))] == [*shapes.values()]:
            return []
    except (KeyError, AttributeError):
        pass  # some are no tensors any more
    return [_reshaped(namespace, shapes, name) for name in _changed(namespace, shapes)]


def _reshaped(namespace: Namespace, shapes: Mapping[str, torch.Size], name: str) -> str:
    return f"the update changed `{name}` from shape {list(shapes[name])} to {_sizes(namespace[name])}"


def _sizes(tensor: Tensor) -> str:
    shape = shape_of(tensor)
    return "none" if shape is None else str(list(shape))


def _changed(namespace: Namespace, shapes: Mapping[str, torch.Size]) -> list[str]:
    bound = [(name, namespace.get(name)) for name in shapes]
    return [name for name, value in bound if is_tensor(value) and shape_of(value) != tuple(shapes[name])]


def _as_leaf(tensor: Tensor) -> Tensor:
    if not tensor.is_leaf:
        # a view cannot be detached in place
        tensor = tensor.detach() if tensor._is_view() else tensor.detach_()
    return tensor.requires_grad_(True)


def require_loss(value: Any, name: str) -> Tensor:
    """The loss, bound to a name, as a tensor that can be differentiated.

    Raises:
        ProgramFault: it is not a scalar floating tensor with a graph.
    """
    problem = _problem_of_loss(value, name)
    if problem:
        raise ProgramFault(problem, name)
    loss: Tensor = value
    return loss


def _problem_of_loss(value: Any, name: str) -> str:
    if value is MISSING:
        return f"the forward ended without binding `{name}`"
    if not is_tensor(value):
        return f"`{name}` is {_kind(value)}; it has to be a scalar tensor"
    if problem := unreadable(value):
        return f"`{name}` is {problem.words}; it has to be a scalar tensor"
    if value.layout is not torch.strided:
        return f"`{name}` is {with_article(kind_of(value))} tensor; it has to be a plain one: add .to_dense()"
    if value.numel() != 1:
        return f"`{name}` has shape {list(value.shape)}; it has to be a scalar: add .mean() or .sum()"
    if value.is_complex():
        return f"`{name}` is complex; it has to be real: add .abs() or .real"
    if not value.is_floating_point():
        return f"`{name}` is {with_article(kind_of(value))} tensor; it has to be floating"
    if not value.requires_grad:
        return (
            f"`{name}` has no graph: no parameter reaches it (look for .detach(), .item(), .data "
            "or torch.no_grad() in the forward)"
        )
    return ""


def reference_backward(
    loss: Tensor,
    names: Iterable[str],
    bound: Mapping[str, Any],
    *,
    loss_name: str = "loss",
    all_leaves: bool = False,
    keep: bool = False,
) -> References:
    """Autograd's gradient of the loss for every name that is bound to a tensor with one, in a single pass.

    With `all_leaves` also for leaves without a name, such as those inside a module; with `keep` the graph
    is kept for another pass.
    """
    wanted: dict[str, Tensor] = {}
    others: dict[str, Any] = {}
    for name in names:
        value = bound.get(name, MISSING)
        if is_tensor(value) and requires_grad(value):
            wanted[name] = value
        elif value is not MISSING:
            others[name] = value
    leaves = _leaves_besides(loss, wanted.values()) if all_leaves else ()
    gradients = differentiate((loss,), (torch.ones_like(loss),), (*wanted.values(), *leaves), keep=keep)
    reached: dict[str, Any] = dict(zip(wanted, gradients, strict=False))
    unreached = frozenset[str]()
    if any(map(is_, gradients, repeat(None))):
        unreached = frozenset(name for name, gradient in reached.items() if gradient is None)
        others |= {name: wanted[name] for name in unreached if unreadable(wanted[name])}
        reached = {
            n: zeros_like(wanted[n]) if g is None else g for n, g in reached.items() if n not in others
        }
    unnamed = tuple(zip(leaves, gradients[len(wanted) :], strict=True)) if leaves else ()
    return References(reached, others, unreached, unnamed, loss_name)


def _leaves_besides(loss: Tensor, named: Iterable[Tensor]) -> tuple[Tensor, ...]:
    known = {*map(id, named)}
    leaves = [node.variable for node in nodes_behind([loss]) if hasattr(node, "variable")]
    return tuple(leaf for leaf in leaves if id(leaf) not in known)


def fill_grad(references: References, bound: Mapping[str, Any]) -> None:
    """Let `.grad` be this iteration's gradient, as `loss.backward()` leaves it after a clearing."""
    for name, gradient in references.gradients.items():
        bound[name].grad = gradient.clone()
    for leaf, its_own in references.unnamed:
        leaf.grad = None if its_own is None else its_own.clone()


def differentiate(
    roots: tuple[Tensor, ...],
    firsts: tuple[Tensor, ...],
    inputs: tuple[Tensor, ...],
    *,
    keep: bool = False,
) -> tuple[Tensor | None, ...]:
    """`torch.autograd.grad` of tensors; None for an input that none depends on.

    On the CPU the engine is called as `torch.autograd.grad` calls it, past the checks of arguments of
    every kind and the context that is kept for the threads of devices, which take a third of its time.

    Args:
        roots: the tensors.
        firsts: what comes in at each, in its shape.
        inputs: the tensors whose gradients are wanted.
        keep: whether the graph is kept for another time.
    """
    if _engine is None or not roots[0].is_cpu:
        return torch.autograd.grad(roots, inputs, firsts, retain_graph=keep, allow_unused=True)
    return _engine(roots, firsts, keep, False, inputs, True, accumulate_grad=False)


def saved_tensors(mutating: bool) -> contextlib.AbstractContextManager[Any]:
    """Let a forward write into tensors that autograd saved; slow, so only where it must be."""
    return torch.autograd.graph.allow_mutation_on_saved_tensors() if mutating else contextlib.nullcontext()


_shape = attrgetter("shape")
record_graphs: Callable[[bool], None] = torch._C._set_grad_enabled
"""Whether what runs from now on records a graph: `torch.set_grad_enabled` without the object to go back."""
_engine: Callable[..., tuple[Tensor | None, ...]] | None = getattr(
    getattr(torch.autograd.Variable, "_execution_engine", None), "run_backward", None
)


def _reason(name: str, value: Any) -> str:
    if is_tensor(value) and (problem := unreadable(value)):
        return f"`{name}` is {problem.words}"
    if is_tensor(value) and not can_have_gradient(value):
        kind = with_article(kind_of(value))
        return f"`{name}` is {kind} tensor, which has no gradient"
    if not is_tensor(value):
        kind = with_article(type(value).__name__)
        held = "" if type(value) in PLAIN else ": what it holds is judged where it is read"
        return f"`{name}` is {kind}, not a tensor{held}"
    return f"`{name}` has no gradient: no parameter reaches it"


def _largest(gradients: Iterable[Tensor]) -> float:
    sizes = map(largest_of, gradients)
    return max((size for size in sizes if size < float("inf")), default=0.0)
