"""A `torch.autograd.Function` as a program: one call of it, its forward, its backward.

What the file runs up to the first call of it is the setup; what that call is given are the parameters.
The body of the forward follows with a ctx that only remembers, then the body of the backward, from an
upstream gradient that is drawn at random.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..around import CALLED, CTX, HIDDEN, NEVER_CALLED, REACHED, Block
from ..names import read_names, stored_names
from ..naming import NamingScheme
from .function_naming import naming_of
from .kept_in_ctx import taken_from
from .method_statements import (
    assigned,
    body_of_method,
    bound_to_names,
    followed,
    kept_by,
    of_context,
    parts_of_value,
    placed_at,
    plain_name,
    tuple_of,
)
from .own_function import OwnFunction, bound_in, returned_by

_ARGS = f"{HIDDEN}arguments__"
_BIND = f"{HIDDEN}bind__"
_NEEDS = f"{HIDDEN}needs__"
_APPLY = f"{HIDDEN}apply__"
_DRAWN = f"{HIDDEN}upstream_"
_OUTPUTS = ("out", "output", "result", "out_", "output_")
_LOSSES = ("loss", "loss_", "_loss", "loss__")


@dataclass(frozen=True, eq=False)
class Stepped:
    """The sections of a Function, how its gradients are named, and what is differentiated."""

    blocks: Mapping[str, Block]
    scheme: NamingScheme
    loss: str
    names: tuple[str, ...]
    """The inputs that may have a gradient."""
    outputs: tuple[str, ...]
    """What the forward returns, by name."""


def stepped(function: OwnFunction, trunk: Sequence[ast.stmt], gradient: str) -> Stepped:
    """One call of a Function, taken apart."""
    used = bound_in(function, function.forward) | bound_in(function, function.backward)
    outputs = _outputs_of(function, used)
    loss = next(name for name in _LOSSES if name not in used)
    scheme = naming_of(function, outputs, gradient)
    backward = _backward(function, scheme)
    return Stepped(
        blocks={
            "setup": tuple(_setup(function, trunk)),
            "parameters": tuple(placed_at(function.forward, f"({', '.join(function.inputs)},) = {_ARGS}")),
            "forward": tuple(_forward(function, outputs, loss)),
            "backward": tuple(backward),
            "update": tuple(_again(function, backward)),
        },
        scheme=scheme,
        loss=loss,
        names=_with_gradients(function),
        outputs=outputs,
    )


def _setup(function: OwnFunction, trunk: Sequence[ast.stmt]) -> list[ast.stmt]:
    """What the file runs, up to the first call of the Function, whose arguments are kept."""
    args = copy.deepcopy(function.forward.args)
    if function.setup_context is None:
        del (args.posonlyargs or args.args)[0]
    bind = placed_at(function.node, f"def {_BIND}(): return ({', '.join(function.inputs)},)")
    (bound,) = bind
    assert isinstance(bound, ast.FunctionDef)
    bound.args = args
    given = f"{_ARGS}, {_NEEDS} = {CALLED}({_BIND}, arguments)"
    body = (f"global {_ARGS}, {_NEEDS}", given, f"raise {REACHED}")
    apply = "\n ".join((f"def {_APPLY}(*arguments):", *body))
    name = function.node.name
    hooks = [*bind, *placed_at(function.node, f"{apply}\n{name}.apply = staticmethod({_APPLY})")]
    at = next(place for place, node in enumerate(trunk) if node is function.node) + 1
    never = placed_at(function.node, f"{NEVER_CALLED}({name!r})")
    return [*trunk[:at], *hooks, *trunk[at:], *never]


def _outputs_of(function: OwnFunction, used: Iterable[str]) -> tuple[str, ...]:
    """What the forward returns, by name."""
    value = function.returned
    parts = parts_of_value(value)
    free = iter([name for name in _OUTPUTS if name not in used] + [f"out{n}" for n in range(len(parts))])
    return tuple(one.id if isinstance(one, ast.Name) else next(free) for one in parts)


def _forward(function: OwnFunction, outputs: Sequence[str], loss: str) -> list[ast.stmt]:
    """The forward's body, and the sum that has the upstream gradient for what it returns."""
    first, last = function.forward, function.forward.body[-1]
    contexts = "".join(f"{name} = " for name in function.contexts)
    lines = placed_at(first, f"{contexts}{CTX}({_NEEDS})")
    lines += followed(body_of_method(function.forward))
    lines += bound_to_names(outputs, function.returned, last)
    if function.setup_context is not None:
        method = function.setup_context
        inputs, output = (arg.arg for arg in method.args.args[1:3])
        given = f"({', '.join(function.inputs)},)"
        made = outputs[0] if len(outputs) == 1 else f"({', '.join(outputs)})"
        lines += [*placed_at(method, f"{inputs}, {output} = {given}, {made}"), *of_context(function)]
    return [*lines, *_begun(function, outputs, loss)]


def _begun(function: OwnFunction, outputs: Sequence[str], loss: str) -> list[ast.stmt]:
    """The sum whose gradients are those that are drawn, and the names that the backward has for these."""
    read = frozenset[str]().union(*map(read_names, function.backward.body))
    every = [*zip(outputs, function.upstream, strict=False)]
    pairs = [(output, name) for output, name in every if name in read] or every
    lines = [f"{_DRAWN}{name} = {of}.detach().new_empty({of}.shape).normal_()" for of, name in pairs]
    lines.append(f"{loss} = {' + '.join(f'({of} * {_DRAWN}{name}).sum()' for of, name in pairs)}")
    lines += [f"{name} = {_DRAWN}{name}.clone()" for _, name in pairs]
    return placed_at(function.backward, "\n".join(lines))


def _backward(function: OwnFunction, scheme: NamingScheme) -> list[ast.stmt]:
    """The backward's body; what it returns, and has no name yet, is bound to that of a gradient."""
    last, value = function.backward.body[-1], returned_by(function.backward)
    names = [scheme.gradient(name) for name in function.inputs]
    parts = function.gradients
    if not isinstance(value, ast.Tuple) and len(names) > 1:
        target = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
        return [*_unpacked(function), assigned(target, value, last)]
    new = [
        (name, part)
        for name, part in zip(names, parts, strict=False)
        if not isinstance(part, ast.Constant) and plain_name(part) != name
    ]
    bound = bound_to_names([name for name, _ in new], tuple_of([part for _, part in new], last), last)
    return [*_unpacked(function), *bound]


def _unpacked(function: OwnFunction) -> list[ast.stmt]:
    """The backward's body; what it takes from the ctx under the name that the forward has for it, it has."""
    kept = kept_by(function)
    out: list[ast.stmt] = []
    for node in body_of_method(function.backward):
        taken = taken_from(node, function.contexts[0]) if isinstance(node, ast.Assign) else None
        if taken is None or all(kept.get(place) != name for name, place, _ in taken):
            out.append(node)
            continue
        new = [(name, value) for name, place, value in taken if kept.get(place) != name]
        if new:
            out += bound_to_names(
                [name for name, _ in new], tuple_of([value for _, value in new], node), node
            )
    return out


def _again(function: OwnFunction, backward: Sequence[ast.stmt]) -> list[ast.stmt]:
    """What gives the forward its inputs again, where the backward binds their names to something else."""
    stored = {name for node in backward for name in stored_names(node)}
    if stored.isdisjoint(function.inputs):
        return []
    return placed_at(function.forward, f"({', '.join(function.inputs)},) = {_ARGS}")


def _with_gradients(function: OwnFunction) -> tuple[str, ...]:
    """The inputs for which the backward does not say that they have no gradient."""
    pairs = [*zip(function.inputs, function.gradients, strict=False)]
    none = {name for name, part in pairs if isinstance(part, ast.Constant) and part.value is None}
    return tuple(name for name in function.inputs if name not in none)
