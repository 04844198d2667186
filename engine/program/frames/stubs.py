"""Functions of the backward that are not written yet: what is to stand in them, by the calls of them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeGuard

from ..frame import Frame, own_name
from ..items.kinds import Kinds
from ..naming import NamingScheme
from .call_arguments import parameters_of
from .callees import Callees
from .expansion import Expansion
from .links import Links, links_of
from .tracing import Atom, Gathered, Known

_RAISED = "NotImplementedError"


def is_stub(function: ast.FunctionDef) -> bool:
    """Whether a function only names what it is given, or None, and returns nothing that it works out."""
    given, nones = {*parameters_of(function)}, set[str]()
    body = without_docstring(function)
    for node in body:
        if isinstance(node, ast.Return):
            if node is not body[-1] or not _returns_nothing(node, nones):
                return False
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            pairs = pairs_of(node)
            if not all(is_none(value) or _takes(value, given) for _, value in pairs):
                return False
            for target, value in pairs:
                (nones if is_none(value) else given).update(_names(target))
        elif not is_filler(node):
            return False
    return not function.decorator_list


def without_docstring(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function, but for its docstring."""
    return function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body


def is_filler(node: ast.stmt) -> bool:
    """Whether a statement only stands for others: `...`, `pass`, `raise NotImplementedError`."""
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id=name)) | ast.Raise(exc=ast.Call(func=ast.Name(id=name))):
            return name == _RAISED
    return False


def pairs_of(node: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    """What a statement binds, each with its value, as far as they stand apart."""
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [*zip(target.elts, value.elts, strict=True)]
    return [(target, value)]


def is_none(value: ast.expr) -> TypeGuard[ast.Constant]:
    """Whether a value is None; `dX = ...` says already that a gradient is missing."""
    return isinstance(value, ast.Constant) and value.value is None


def beginnings(
    stubs: Mapping[str, ast.FunctionDef],
    callees: Callees,
    kinds: Kinds,
    blocks: Mapping[str, list[ast.stmt]],
    scheme: NamingScheme,
) -> dict[str, tuple[str, ...]]:
    """By name the lines that are to stand in a stub: names for what it is given, `dX = ...`, its `return`.

    Only of those whose calls say what they are to give, all of them the same.
    """
    empty = {name: _with_body(stub, [], ["return ..."]) for name, stub in stubs.items()}
    expansion = Expansion(callees.with_functions(empty), kinds, lambda key: True)
    trees = {
        kind: expansion.block(blocks[kind], names_results=kind == "forward")
        for kind in ("forward", "backward")
    }
    links = links_of(trees["forward"], trees["backward"], scheme, expansion.returned)
    call = _Calls(links, scheme, _sources(trees["forward"]))
    targets = _targets(node for block in blocks.values() for node in block)
    found = {}
    for name, stub in stubs.items():
        frames = [frame for frame in expansion.frames.values() if frame.function == name]
        given = [call.gradients(frame, targets.get((frame.line, name), [])) for frame in frames]
        every = {tuple(one) for one in given}
        kept = {tuple(call.unpacked(stub, frame)) for frame in frames}
        if len(every) == 1 and given[0] and len(kept) == 1:
            holes = [f"{gradient} = ..." for gradient in given[0]]
            found[name] = (*kept.pop(), *holes, f"return {', '.join(given[0])}")
    return found


def begun(stub: ast.FunctionDef, lines: Sequence[str]) -> ast.FunctionDef:
    """A stub with lines in it; what names parts of what it is given stays."""
    kept = [copy.deepcopy(one) for node in without_docstring(stub) for one in _kept(node)]
    return _with_body(stub, kept, lines)


def begun_text(text: Sequence[str], stub: ast.FunctionDef, lines: Sequence[str]) -> list[str]:
    """The lines of a file with these in a stub; its comments stay."""
    body = without_docstring(stub)
    new = list(text)
    last = body[-1] if body else stub.body[-1]
    before = text[last.lineno - 1].encode()[: last.col_offset].decode()
    indent = before if not before.strip() else _indent(text[stub.lineno - 1]) + "    "
    end = last.end_lineno or last.lineno
    new[end:end] = [indent + line for line in lines]
    for node in reversed(body):
        first, end = node.lineno, node.end_lineno or node.lineno
        header = new[first - 1].encode()[: node.col_offset].decode()
        kept = [*_kept(node)]
        if kept != [node]:
            stays = [header.rstrip()] if header.strip() else [header + ast.unparse(one) for one in kept]
            new[first - 1 : end] = stays
    return new


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


class _Calls:
    """What the calls of stubs tell: what they are given, and the gradients of what they are to give."""

    def __init__(self, links: Links, scheme: NamingScheme, sources: Mapping[str, str]) -> None:
        self.links = links
        self.scheme = scheme
        self.sources = sources
        """By parameter of a call of the forward, the name that it is given; '' where it has none."""

    def gradients(self, frame: Frame, targets: Sequence[str]) -> list[str]:
        """The gradients that a call is to give, in order; none where that is not certain."""
        twin = self.links.twins.get(frame)
        if twin is None or not targets:
            return []
        around = self.links.twins.get(frame.around) if frame.around is not None else None
        tensors = [self.scheme.tensor(name) for name in targets]
        if frame.around is not None:
            tensors = [around.inside(name) if around is not None and name else "" for name in tensors]
        left = [one for one in twin.parameters if twin.inside(one) in self.sources]
        found = dict[int, str]()
        for at, tensor in enumerate(tensors):
            same = [one for one in left if tensor and self.sources[twin.inside(one)] == tensor]
            if len(same) == 1:
                found[at] = same[0]
                left.remove(same[0])
        open_ = [at for at in range(len(targets)) if at not in found]
        if len(open_) not in (0, len(left)):
            return []
        found |= zip(open_, left, strict=False)
        return [self.scheme.gradient(found[at]) for at in range(len(targets))]

    def unpacked(self, stub: ast.FunctionDef, frame: Frame) -> Iterator[str]:
        """Lines that give names to what a call is given, as the forward has them."""
        if any(isinstance(node, ast.Assign) and [*_kept(node)] for node in without_docstring(stub)):
            return
        twin = self.links.twins.get(frame)
        taken = {*frame.parameters}
        for parameter in frame.parameters:
            known = self.links.known.get(frame.inside(parameter))
            if known is None or twin is None:
                continue
            if isinstance(known, Gathered):
                yield from _of_gathered(parameter, known, twin, taken)
            elif self._is_kept(known, twin) and own_name(known.name) not in taken:
                yield f"{own_name(known.name)} = {parameter}"

    def _is_kept(self, known: Atom, twin: Frame) -> bool:
        named = not own_name(known.name).startswith("result")
        return named and known.name.endswith(twin.suffix) and not self.scheme.tensor(own_name(known.name))


def _of_gathered(parameter: str, known: Gathered, twin: Frame, taken: set[str]) -> Iterator[str]:
    keys = [key for key, _ in known.parts]
    names = [_name_of(part, twin, at) for at, (_, part) in enumerate(known.parts, 1)]
    if not names or taken & {*names} or len({*names}) < len(names):
        return
    taken |= {*names}
    if all(isinstance(key, int) for key in keys):
        yield f"{', '.join(names)}{',' if len(names) == 1 else ''} = {parameter}"
    else:
        yield f"{', '.join(names)} = {', '.join(f'{parameter}[{_quoted(key)}]' for key in keys)}"


def _quoted(key: object) -> str:
    return f'"{key}"' if isinstance(key, str) and '"' not in key else repr(key)


def _name_of(part: Known, twin: Frame, at: int) -> str:
    """What the forward calls a part of what it keeps; its number where it has no name of its own."""
    if isinstance(part, Atom) and part.name.endswith(twin.suffix):
        return own_name(part.name)
    return f"kept_{at}"


def _sources(forward: Iterable[ast.stmt]) -> dict[str, str]:
    """By parameter of a call, the name that it is given; '' where that has none. Numbers have no gradient."""
    found = dict[str, str]()
    for node in forward:
        frame: Frame | None = getattr(node, "frame", None)
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if frame and name in frame.given:
                if not isinstance(value, ast.Constant):
                    found[name] = value.id if isinstance(value, ast.Name) else ""
    return found


def _targets(block: Iterable[ast.stmt]) -> dict[tuple[int, str], list[str]]:
    """By the line and function of a call, the names that what it gives is bound to."""
    found = {}
    for node in (part for top in block for part in ast.walk(top)):
        match node:
            case ast.Assign(targets=[target], value=ast.Call(func=ast.Name(id=name))):
                parts = target.elts if isinstance(target, ast.Tuple) else [target]
                if all(isinstance(part, ast.Name) for part in parts):
                    found[node.lineno, name] = [part.id for part in parts if isinstance(part, ast.Name)]
    return found


def _returns_nothing(node: ast.Return, nones: set[str]) -> bool:
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    return all(
        part is None
        or (isinstance(part, ast.Constant) and part.value in (None, Ellipsis))
        or (isinstance(part, ast.Name) and part.id in nones)
        for part in parts
    )


def _takes(value: ast.expr, given: set[str]) -> bool:
    """Whether it is something that is given, or a part of that."""
    plain = (ast.Name, ast.Subscript, ast.Constant, ast.Tuple, ast.expr_context)
    names = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    return bool(names) and names <= given and all(isinstance(part, plain) for part in ast.walk(value))


def _names(target: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}


def _kept(node: ast.stmt) -> Iterator[ast.stmt]:
    """What stays of a statement of a stub: what names parts of what is given."""
    if not isinstance(node, ast.Assign):
        return
    pairs = pairs_of(node)
    own = [(target, value) for target, value in pairs if not is_none(value)]
    if len(own) == len(pairs):
        yield node
    elif own:
        targets, values = [target for target, _ in own], [value for _, value in own]
        one = ast.Assign(
            [targets[0] if len(own) == 1 else ast.Tuple(targets, ast.Store())],
            values[0] if len(own) == 1 else ast.Tuple(values, ast.Load()),
        )
        yield ast.fix_missing_locations(ast.copy_location(one, node))


def _with_body(stub: ast.FunctionDef, kept: list[ast.stmt], lines: Sequence[str]) -> ast.FunctionDef:
    """A function of the same name with other statements, which stand where its last one does."""
    nodes = ast.parse("\n".join(lines)).body
    for part in (one for node in nodes for one in ast.walk(node)):
        if isinstance(part, ast.stmt | ast.expr):
            ast.copy_location(part, stub.body[-1])
    made = copy.copy(stub)
    made.body = [*kept, *nodes]
    return made
