"""Why no iteration was found: what was looked at, what it holds, and the nearest thing that would work."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..names import OPAQUE, called, stored_names
from ..naming import NamingScheme
from ..naming_by_fit import pairs_of, scheme_of, unusual_of
from .functions import Refused
from .losses import losses_in
from .pieces import Piece, bound_names, is_blank, opaque_names, pieces_of
from .regions import Region


class Refusal(NamedTuple):
    """A sentence, the line that it is about, and what to do instead."""

    message: str
    line: int | None = None
    hint: str = ""


_TITLES = "Titles say where sections begin: `backprop-tui new FILE` shows the form"
_HINT = "`torch.from_numpy` and `torch.tensor` make tensors of arrays"
_LOSS = "A line such as `loss = ((out - y) ** 2).mean()` above the gradients says what is differentiated"
_BESIDE = "only those beside their forward are judged yet"
_SHOWN = 6
_NAMING = "If gradients are named otherwise, `--gradient 'grad_{}'` says how"


def syntax_refusal(problem: SyntaxError) -> Refusal:
    """Why Python cannot read a file."""
    words = problem.msg or ""
    if "print" in words and "parentheses" in words:
        message = "this is Python 2: it prints without parentheses"
        return Refusal(message, problem.lineno, "Convert it to Python 3")
    text = (problem.text or "").strip()
    return Refusal(f"syntax error: {words}", problem.lineno, f"The line reads `{text}`" if text else "")


def no_region(tree: ast.Module, trunk: Sequence[ast.stmt], refused: Sequence[Refused]) -> Refusal:
    """Why no block of a file holds an iteration."""
    if all(map(_runs_nothing, trunk)):
        return Refusal(
            f"nothing trains here: found {_counted(_definitions(trunk))}, and no line that runs them",
            None,
            "A file that calls what trains can be opened",
        )
    if refused:
        first = refused[0]
        message = f"`{first.name}` trains, and cannot be taken apart where it is called: {first.reason}"
        return Refusal(message, first.line, "A function that trains is called once, at the end of the file")
    inside = _with_gradients(tree)
    if inside is not None:
        return inside
    pairs = _pairs_in(trunk)
    message = f"no iteration was found: {_what_there_is(trunk, pairs)}"
    return Refusal(message, None, _LOSS if pairs else f"{_named_otherwise(tree, trunk)}. {_TITLES}")


def _named_otherwise(tree: ast.Module, trunk: Sequence[ast.stmt]) -> str:
    """How to say what gradients are named by, as far as it shows, at the top or in a function."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for names in (bound_names(trunk) - opaque_names(trunk), *map(_names_in, functions)):
        scheme = unusual_of(names)
        if scheme is not None:
            pairs = pairs_of(scheme, names)
            named, tensors = _names(sorted(pairs)), _names([pairs[name] for name in sorted(pairs)])
            return f"If {named} are the gradients of {tensors}, `--gradient '{scheme.pattern}'` says so"
    return _NAMING


def _names_in(function: ast.FunctionDef) -> frozenset[str]:
    return bound_names(function.body) | {arg.arg for arg in function.args.args}


def _runs_nothing(node: ast.stmt) -> bool:
    """Whether it defines or imports, or is a text."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, (*OPAQUE, ast.Import, ast.ImportFrom))


def adding_up(region: Region) -> Refusal | None:
    """Why a region is none that can be judged: its gradients are sums over the passes of its loop."""
    loop = region.loop
    if loop is None:
        return None
    made = _made_before(region)
    bound = frozenset[str]().union(*map(_plainly_bound, region.pieces)) if made else made
    for name in sorted(region.written & made):
        writers = [piece for piece in region.rest if name in piece.writes]
        if writers and name not in bound:
            adds = f"{name} adds up over the passes of the loop in line {loop.lineno}"
            why = "gradients that are sums over several forwards cannot be judged yet"
            hint = "A forward over all samples at once can be stepped"
            return Refusal(f"{adds}, each with a forward: {why}", writers[0].node.lineno, hint)
    return None


def _plainly_bound(piece: Piece) -> set[str]:
    nodes = [node for node in piece.simple if isinstance(node, ast.Assign | ast.AnnAssign)]
    return {name for node in nodes for name in stored_names(node)}


def _made_before(region: Region) -> frozenset[str]:
    """The names that a loop around the region makes room for, before its passes add to them."""
    around = [inside for inside in region.path if isinstance(inside.node, ast.For | ast.While)]
    blanks = [node for inside in around for node in inside.siblings if is_blank(node)]
    return frozenset[str]().union(*map(stored_names, blanks))


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def _definitions(trunk: Sequence[ast.stmt]) -> list[str]:
    return [node.name for node in trunk if isinstance(node, OPAQUE)]


def _counted(names: Sequence[str]) -> str:
    if not names:
        return "no function"
    shown = ", ".join(f"`{name}`" for name in names[:3])
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _with_gradients(tree: ast.Module) -> Refusal | None:
    """That gradients are written inside a function or a method, where there is one."""
    methods = {
        id(node): f"{top.name}.{node.name}"
        for top in ast.walk(tree)
        if isinstance(top, ast.ClassDef)
        for node in top.body
        if isinstance(node, ast.FunctionDef)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and _binds_gradients(node):
            name = methods.get(id(node), node.name)
            why = "methods are not gone into yet" if id(node) in methods else _BESIDE
            message = f"the gradients are written inside `{name}`: {why}"
            return Refusal(message, node.lineno, "Put its lines where it is called")
    return None


def _binds_gradients(node: ast.FunctionDef) -> bool:
    bound, names = bound_names(node.body), _names_in(node)
    return any(name in bound for name in pairs_of(scheme_of(sorted(names)), names))


def _pairs_in(trunk: Sequence[ast.stmt]) -> dict[str, str]:
    names = bound_names(trunk) - opaque_names(trunk)
    return pairs_of(scheme_of(sorted(names)), names)


def _what_there_is(trunk: Sequence[ast.stmt], pairs: Mapping[str, str]) -> str:
    """`found 2 loops, in lines 12 and 40, and no line that binds a gradient of a tensor of theirs`."""
    loops = [node.lineno for top in trunk for node in ast.walk(top) if isinstance(node, ast.For | ast.While)]
    told = [_loops(loops)]
    if pairs:
        told += [f"gradients named {_names(sorted(pairs))}", _loss(trunk, pairs)]
    else:
        whose = ("", " of its own", " of theirs")[min(len(loops), 2)]
        told.append(f"no line that binds a gradient of a tensor{whose}")
    if any(called(node) == "backward" for top in trunk for node in ast.walk(top)):
        told.append("a `.backward()`, so that autograd does it all")
    return f"found {', '.join(told[:-1])}, and {told[-1]}"


def _loops(lines: Sequence[int]) -> str:
    if not lines:
        return "no loop"
    if len(lines) == 1:
        return f"a loop, in line {lines[0]}"
    return f"{len(lines)} loops, in lines {_names([str(line) for line in lines])}"


def _names(names: Sequence[str]) -> str:
    """`dW1, dW2 and db`; of many the first."""
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _loss(trunk: Sequence[ast.stmt], pairs: Mapping[str, str]) -> str:
    """Where a loss is that does not stand above the gradients in their block, or that there is none."""
    every = [piece for top in pieces_of(trunk) for piece in pieces_of(top.simple)]
    losses = [name for name in losses_in(every, NamingScheme()) if name not in pairs]
    lines = [piece.node.lineno for piece in every if losses and losses[0] in piece.binds]
    return f"no loss above them in their block, only one in line {lines[0]}" if lines else "no loss"


def pattern_refusal(scheme: NamingScheme) -> Refusal:
    """Why nothing was found with the naming that somebody asked for."""
    message = f"no gradient is named {scheme.gradient('X')} after a tensor X"
    return Refusal(message, None, "Without --gradient the naming is found")


def of_numpy(tree: ast.Module) -> Refusal | None:
    """Why a program of NumPy alone is refused."""
    imported = {name.partition(".")[0]: line for name, line in _imports(tree)}
    if "numpy" not in imported or any("torch" in name for name in imported):
        return None
    return Refusal(
        "this is a NumPy program: only those of torch can be stepped yet", imported["numpy"], _HINT
    )
