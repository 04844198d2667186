"""What was found of a Function, in lines and words, and what of its contract is not kept."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..around import HIDDEN
from ..found import Found, spans_of
from ..in_place import changed_names
from ..names import stored_names
from ..naming import NamingScheme
from ..statements import simple_statements
from .function_naming import as_returned
from .kept_in_ctx import taken_from
from .method_statements import kept_by, parts_of_value, plain_name
from .own_function import OwnFunction, body_lines, bound_in
from .stepped_function import Stepped


def _given(function: OwnFunction, outputs: Sequence[str]) -> str:
    names = " and ".join(function.upstream)
    of = " and ".join(outputs)
    one = len(function.upstream) == 1
    verb, noun, them = ("is", "gradient", "it") if one else ("are", "gradients", "them")
    return f"{names}, the {noun} of {of}, {verb} drawn at random, and what is made of {them} is judged"


def _exchanged(function: OwnFunction) -> list[str]:
    """Where the backward takes what the forward keeps by one name under another of the forward's names."""
    kept, notes = kept_by(function), list[str]()
    for node in function.backward.body:
        taken = taken_from(node, function.contexts[0]) if isinstance(node, ast.Assign) else None
        pairs = [(name, kept.get(place, "")) for name, place, _ in taken or ()]
        wrong = [(name, own) for name, own in pairs if own and own != name and name in kept.values()]
        told = " and ".join(f"{name} is what the forward calls {own}" for name, own in wrong)
        notes += [f"line {node.lineno} takes them from the ctx in another order: {told}"] if told else []
    return notes


def _changed(function: OwnFunction) -> list[str]:
    """Where the backward changes in place what is autograd's: the upstream gradient, or what is saved."""
    theirs, notes = {*function.upstream, *kept_by(function).values()}, list[str]()
    for node in (one for top in function.backward.body for one, _ in simple_statements(top, ())):
        anew = stored_names(node) if isinstance(node, ast.Assign) else set()
        changed = [name for name in dict.fromkeys(changed_names(node)) if name in theirs and name not in anew]
        notes += [
            f"line {node.lineno} changes {name} in place, which others may still need" for name in changed
        ]
        taken = isinstance(node, ast.Assign) and taken_from(node, function.contexts[0]) is not None
        theirs -= set() if taken else stored_names(node).difference(changed)
        theirs |= anew if isinstance(node, ast.Assign) and plain_name(node.value) in theirs else set()
    return notes


def _out_of_sight(function: OwnFunction) -> tuple[str, ...]:
    """What the forward has, and the backward does not get."""
    return tuple(sorted(bound_in(function, function.forward) - bound_in(function, function.backward)))


def _unwritable(function: OwnFunction, scheme: NamingScheme) -> str:
    """Why the lines of its gradients cannot be _exchanged for others."""
    last = function.backward.body[-1]
    pairs = [*zip(function.inputs, function.gradients, strict=False)]
    if not all(
        isinstance(part, ast.Constant) or plain_name(part) == scheme.gradient(of) for of, part in pairs
    ):
        return f"line {last.lineno} computes what it returns: bind it to names above the `return` first"
    outputs = [one for one in map(plain_name, parts_of_value(function.returned)) if one]
    if any(name.startswith(HIDDEN) for name in as_returned(function, outputs)):
        return (
            f"`{function.node.name}` makes one of its outputs of another, which lines are not written for yet"
        )
    return ""


def words_of_call(function: OwnFunction, call: Stepped, lines: Sequence[str]) -> Found:
    """What was found, in lines and words."""
    forward = [method for method in function.methods if method is not function.backward]
    return Found(
        where=function.words,
        loops=(),
        parameters=call.names,
        loss="",
        loss_line=None,
        forward=spans_of([line for method in forward for line in body_lines(method)], lines),
        backward=spans_of(body_lines(function.backward), lines),
        update=(),
        gradient=call.scheme.pattern,
        named_otherwise=tuple(name for _, name in call.scheme.exceptions),
        asides=(_given(function, call.outputs), *_exchanged(function), *_changed(function)),
        function=function.node.name,
        given=function.upstream,
        out_of_sight=_out_of_sight(function),
        unwritable=_unwritable(function, call.scheme),
    )
