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
from ..found import Found, spans_of
from ..in_place import changed_names
from ..names import read_names, root_name, stored_names
from ..naming import NamingScheme
from ..naming_by_fit import scheme_of
from ..statements import simple_statements
from .kept_in_ctx import Place, kept_in, taken_from
from .own_function import OwnFunction, body_lines, bound_in, returned_by

_ARGS = f"{HIDDEN}arguments__"
_BIND = f"{HIDDEN}bind__"
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
    asides: tuple[str, ...]


def stepped(function: OwnFunction, trunk: Sequence[ast.stmt], gradient: str) -> Stepped:
    """One call of a Function, taken apart."""
    used = bound_in(function, function.forward) | bound_in(function, function.backward)
    outputs = _outputs_of(function, used)
    loss = next(name for name in _LOSSES if name not in used)
    scheme = _naming(function, outputs, gradient)
    backward = _backward(function, scheme)
    return Stepped(
        blocks={
            "setup": tuple(_setup(function, trunk)),
            "parameters": tuple(_at(function.forward, f"({', '.join(function.inputs)},) = {_ARGS}")),
            "forward": tuple(_forward(function, outputs, loss)),
            "backward": tuple(backward),
            "update": tuple(_again(function, backward)),
        },
        scheme=scheme,
        loss=loss,
        names=_with_gradients(function),
        asides=(_given(function, outputs), *_exchanged(function), *_changed(function)),
    )


def _setup(function: OwnFunction, trunk: Sequence[ast.stmt]) -> list[ast.stmt]:
    """What the file runs, up to the first call of the Function, whose arguments are kept."""
    args = copy.deepcopy(function.forward.args)
    if function.setup_context is None:
        del (args.posonlyargs or args.args)[0]
    bind = _at(function.node, f"def {_BIND}(): return ({', '.join(function.inputs)},)")
    (bound,) = bind
    assert isinstance(bound, ast.FunctionDef)
    bound.args = args
    body = (f"global {_ARGS}", f"{_ARGS} = {CALLED}({_BIND}, arguments)", f"raise {REACHED}")
    apply = "\n ".join((f"def {_APPLY}(*arguments):", *body))
    name = function.node.name
    hooks = [*bind, *_at(function.node, f"{apply}\n{name}.apply = staticmethod({_APPLY})")]
    at = next(place for place, node in enumerate(trunk) if node is function.node) + 1
    never = _at(function.node, f"{NEVER_CALLED}({name!r})")
    return [*trunk[:at], *hooks, *trunk[at:], *never]


def _outputs_of(function: OwnFunction, used: Iterable[str]) -> tuple[str, ...]:
    """What the forward returns, by name."""
    value = function.returned
    parts = _parts_of(value)
    free = iter([name for name in _OUTPUTS if name not in used] + [f"out{n}" for n in range(len(parts))])
    return tuple(one.id if isinstance(one, ast.Name) else next(free) for one in parts)


def _naming(function: OwnFunction, outputs: Sequence[str], gradient: str) -> NamingScheme:
    """How the gradients are named; those that are returned under another name are those of their place."""
    backward = bound_in(function, function.backward)
    names = {*function.inputs, *outputs, *backward}
    scheme = NamingScheme(gradient) if gradient else scheme_of(sorted(names), written=backward)
    pairs = [*zip(function.inputs, map(_name, function.gradients), strict=False)]
    pairs += zip(_as_returned(function, outputs), function.upstream, strict=False)
    others = tuple(
        (tensor, name) for tensor, name in pairs if name in backward and scheme.tensor(name) != tensor
    )
    return NamingScheme(scheme.pattern, others)


def _forward(function: OwnFunction, outputs: Sequence[str], loss: str) -> list[ast.stmt]:
    """The forward's body, and the sum that has the upstream gradient for what it returns."""
    first, last = function.forward, function.forward.body[-1]
    contexts = "".join(f"{name} = " for name in function.contexts)
    lines = _at(first, f"{contexts}{CTX}(({', '.join(function.inputs)},))")
    lines += _body(function.forward)
    lines += _bound_to(outputs, function.returned, last)
    if function.setup_context is not None:
        method = function.setup_context
        inputs, output = (arg.arg for arg in method.args.args[1:3])
        given = f"({', '.join(function.inputs)},)"
        made = outputs[0] if len(outputs) == 1 else f"({', '.join(outputs)})"
        lines += [*_at(method, f"{inputs}, {output} = {given}, {made}"), *_of_context(function)]
    return [*lines, *_begun(function, outputs, loss)]


def _begun(function: OwnFunction, outputs: Sequence[str], loss: str) -> list[ast.stmt]:
    """The sum whose gradients are those that are drawn, and the names that the backward has for these."""
    read = frozenset[str]().union(*map(read_names, function.backward.body))
    every = [*zip(outputs, function.upstream, strict=False)]
    pairs = [(output, name) for output, name in every if name in read] or every
    lines = [f"{_DRAWN}{name} = {of}.detach().new_empty({of}.shape).normal_()" for of, name in pairs]
    lines.append(f"{loss} = {' + '.join(f'({of} * {_DRAWN}{name}).sum()' for of, name in pairs)}")
    lines += [f"{name} = {_DRAWN}{name}.clone()" for _, name in pairs]
    return _at(function.backward, "\n".join(lines))


def _as_returned(function: OwnFunction, outputs: Sequence[str]) -> list[str]:
    """What the upstream gradients are those of: of an output that is read again they are only a part."""
    rest = [node for node in _body(function.forward) if not _is_of_context(node, function.contexts)]
    again = {name for name in outputs if any(name in read_names(node) for node in _below(rest, name))}
    return [f"{HIDDEN}returned_{name}" if name in again else name for name in outputs]


def _below(block: Sequence[ast.stmt], name: str) -> Sequence[ast.stmt]:
    """The statements below the last one that binds a name."""
    binding = [at for at, node in enumerate(block) if name in stored_names(node)]
    return block[binding[-1] + 1 :] if binding else block


def _is_of_context(node: ast.stmt, contexts: Sequence[str]) -> bool:
    """Whether a statement only keeps something in the ctx."""
    place = (
        node.targets[0]
        if isinstance(node, ast.Assign)
        else node.value
        if isinstance(node, ast.Expr)
        else node
    )
    return root_name(place) in contexts


def _backward(function: OwnFunction, scheme: NamingScheme) -> list[ast.stmt]:
    """The backward's body; what it returns, and has no name yet, is bound to that of a gradient."""
    last, value = function.backward.body[-1], returned_by(function.backward)
    names = [scheme.gradient(name) for name in function.inputs]
    parts = function.gradients
    if not isinstance(value, ast.Tuple) and len(names) > 1:
        target = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
        return [*_unpacked(function), _assigned(target, value, last)]
    new = [
        (name, part)
        for name, part in zip(names, parts, strict=False)
        if not isinstance(part, ast.Constant) and _name(part) != name
    ]
    bound = _bound_to([name for name, _ in new], _tuple_of([part for _, part in new], last), last)
    return [*_unpacked(function), *bound]


def _unpacked(function: OwnFunction) -> list[ast.stmt]:
    """The backward's body; what it takes from the ctx under the name that the forward has for it, it has."""
    kept = _kept(function)
    out: list[ast.stmt] = []
    for node in _body(function.backward):
        taken = taken_from(node, function.contexts[0]) if isinstance(node, ast.Assign) else None
        if taken is None or all(kept.get(place) != name for name, place, _ in taken):
            out.append(node)
            continue
        new = [(name, value) for name, place, value in taken if kept.get(place) != name]
        if new:
            out += _bound_to([name for name, _ in new], _tuple_of([value for _, value in new], node), node)
    return out


def _again(function: OwnFunction, backward: Sequence[ast.stmt]) -> list[ast.stmt]:
    """What gives the forward its inputs again, where the backward binds their names to something else."""
    stored = {name for node in backward for name in stored_names(node)}
    if stored.isdisjoint(function.inputs):
        return []
    return _at(function.forward, f"({', '.join(function.inputs)},) = {_ARGS}")


def _with_gradients(function: OwnFunction) -> tuple[str, ...]:
    """The inputs for which the backward does not say that they have no gradient."""
    pairs = [*zip(function.inputs, function.gradients, strict=False)]
    none = {name for name, part in pairs if isinstance(part, ast.Constant) and part.value is None}
    return tuple(name for name in function.inputs if name not in none)


def _given(function: OwnFunction, outputs: Sequence[str]) -> str:
    names = " and ".join(function.upstream)
    of = " and ".join(outputs)
    one = len(function.upstream) == 1
    verb, noun, them = ("is", "gradient", "it") if one else ("are", "gradients", "them")
    return f"{names}, the {noun} of {of}, {verb} drawn at random, and what is made of {them} is judged"


def _exchanged(function: OwnFunction) -> list[str]:
    """Where the backward takes what the forward keeps by one name under another of the forward's names."""
    kept, notes = _kept(function), list[str]()
    for node in function.backward.body:
        taken = taken_from(node, function.contexts[0]) if isinstance(node, ast.Assign) else None
        pairs = [(name, kept.get(place, "")) for name, place, _ in taken or ()]
        wrong = [(name, own) for name, own in pairs if own and own != name and name in kept.values()]
        told = " and ".join(f"{name} is what the forward calls {own}" for name, own in wrong)
        notes += [f"line {node.lineno} takes them from the ctx in another order: {told}"] if told else []
    return notes


def _kept(function: OwnFunction) -> dict[Place, str]:
    """What the forward keeps, by its place in the ctx."""
    return kept_in([function.forward, *_of_context(function)], function.contexts)


def _of_context(function: OwnFunction) -> list[ast.stmt]:
    """The body of `setup_context`; the inputs have their names already."""
    if function.setup_context is None:
        return []
    inputs = function.setup_context.args.args[1].arg
    own = f"{', '.join(function.inputs)} = {inputs}"
    return [
        node
        for node in _body(function.setup_context)
        if ast.unparse(node).replace("(", "").replace(")", "") != own
    ]


def _changed(function: OwnFunction) -> list[str]:
    """Where the backward changes in place what is autograd's: the upstream gradient, or what is saved."""
    theirs, notes = {*function.upstream, *_kept(function).values()}, list[str]()
    for node in (one for top in function.backward.body for one, _ in simple_statements(top, ())):
        changed = [name for name in dict.fromkeys(changed_names(node)) if name in theirs]
        notes += [
            f"line {node.lineno} changes {name} in place, which others may still need" for name in changed
        ]
        taken = isinstance(node, ast.Assign) and taken_from(node, function.contexts[0]) is not None
        theirs -= set() if taken else stored_names(node).difference(changed)
    return notes


def _body(method: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a method, but for its docstring and its `return`."""
    body = method.body[:-1] if isinstance(method.body[-1], ast.Return) else method.body
    return [copy.deepcopy(node) for node in body if not _is_text(node)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _tuple_of(parts: list[ast.expr], place: ast.stmt) -> ast.expr:
    return parts[0] if len(parts) == 1 else ast.copy_location(ast.Tuple(parts, ast.Load()), place)


def _name(node: ast.expr) -> str:
    """The name that an expression is; '' where it is anything else."""
    return node.id if isinstance(node, ast.Name) else ""


def _bound_to(names: Sequence[str], value: ast.expr, place: ast.stmt) -> list[ast.stmt]:
    """One statement that binds names to what is returned, but for a name that it has already."""
    same = [_name(part) for part in _parts_of(value)]
    if not names or same == [*names]:
        return []
    targets: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
    target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
    return [_assigned(target, value, place)]


def _assigned(target: ast.expr, value: ast.expr, place: ast.stmt) -> ast.stmt:
    assign = ast.copy_location(ast.Assign([target], copy.deepcopy(value)), place)
    for part in ast.walk(target):
        if isinstance(part, ast.expr):
            ast.copy_location(part, place)
    return assign


def _at(place: ast.stmt, text: str) -> list[ast.stmt]:
    """Statements of our own, at the first line of one of the file's."""
    nodes = ast.parse(text).body
    for part in (one for node in nodes for one in ast.walk(node)):
        if isinstance(part, ast.stmt | ast.expr | ast.arg):
            part.lineno = part.end_lineno = place.lineno
            part.col_offset = part.end_col_offset = place.col_offset
    return nodes


def _out_of_sight(function: OwnFunction) -> tuple[str, ...]:
    """What the forward has, and the backward does not get."""
    return tuple(sorted(bound_in(function, function.forward) - bound_in(function, function.backward)))


def _unwritable(function: OwnFunction) -> str:
    """Why the lines of its gradients cannot be exchanged for others."""
    last = function.backward.body[-1]
    if not all(isinstance(part, ast.Name | ast.Constant) for part in function.gradients):
        return f"line {last.lineno} computes what it returns: bind it to names above the `return` first"
    outputs = [one for one in map(_name, _parts_of(function.returned)) if one]
    if any(name.startswith(HIDDEN) for name in _as_returned(function, outputs)):
        return (
            f"`{function.node.name}` makes one of its outputs of another, which lines are not written for yet"
        )
    return ""


def _parts_of(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple) else [value]


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
        asides=call.asides,
        function=function.node.name,
        given=function.upstream,
        out_of_sight=_out_of_sight(function),
        unwritable=_unwritable(function),
    )
