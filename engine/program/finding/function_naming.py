"""How a Function names its gradients: by their names, and by their places in what its backward returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ..around import HIDDEN
from ..in_place import changed_names
from ..names import read_names, root_name, stored_names
from ..naming import NamingScheme
from ..naming_by_fit import scheme_of
from ..statements import simple_statements
from .method_statements import body_of_method, plain_name
from .own_function import OwnFunction, bound_in


def naming_of(function: OwnFunction, outputs: Sequence[str], gradient: str) -> NamingScheme:
    """How the gradients are named; those that are returned under another name are those of their place."""
    backward = bound_in(function, function.backward)
    names = {*function.inputs, *outputs, *backward}
    scheme = NamingScheme(gradient) if gradient else scheme_of(sorted(names), written=backward)
    pairs = [*_returned_by_name(function)]
    pairs += [(f"{HIDDEN}local_{name}", name) for name in _local(function, scheme)]
    pairs += zip(as_returned(function, outputs), function.upstream, strict=False)
    others = tuple(
        (tensor, name) for tensor, name in pairs if name in backward and scheme.tensor(name) != tensor
    )
    return NamingScheme(scheme.pattern, others)


def _returned_by_name(function: OwnFunction) -> Iterator[tuple[str, str]]:
    """The inputs whose gradient is a name of the backward's own, and of no other input, with that name."""
    names = [*map(plain_name, function.gradients)]
    for tensor, name in zip(function.inputs, names, strict=False):
        if name and name not in function.upstream and names.count(name) == 1:
            yield tensor, name


def _local(function: OwnFunction, scheme: NamingScheme) -> list[str]:
    """Names like those of gradients that nothing from upstream is in: local derivatives, multiplied later."""
    tensors = bound_in(function, function.forward)
    reached = {*function.upstream}
    for node in function.backward.body * 2:  # what a loop makes may come around
        for part, _ in simple_statements(node, ()):
            writes = {*stored_names(part), *filter(None, changed_names(part))}
            reached |= writes if not reached.isdisjoint(read_names(part)) else set()
    own = {name for node in function.backward.body for name in stored_names(node)}
    final = {name for _, name in _returned_by_name(function)}
    final |= {scheme.gradient(name) for name in function.inputs}
    return sorted(name for name in own - reached - final if scheme.tensor(name) in tensors)


def as_returned(function: OwnFunction, outputs: Sequence[str]) -> list[str]:
    """What the upstream gradients are those of: of an output that is read again they are only a part."""
    rest = [node for node in body_of_method(function.forward) if not _is_of_context(node, function.contexts)]
    again = {name for name in outputs if any(name in read_names(node) for node in _below(rest, name))}
    return [f"{HIDDEN}returned_{name}" if name in again else name for name in outputs]


def _below(block: Sequence[ast.stmt], name: str) -> Sequence[ast.stmt]:
    """The statements below the last one that binds a name."""
    binding = [at for at, node in enumerate(block) if name in stored_names(node)]
    return block[binding[-1] + 1 :] if binding else block


def _is_of_context(node: ast.stmt, contexts: Sequence[str]) -> bool:
    """Whether a statement only keeps something in the ctx."""
    match node:
        case ast.Assign(targets=[place]) | ast.Expr(value=place):
            return root_name(place) in contexts
    return False
