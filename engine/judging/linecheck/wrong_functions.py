"""Functions of the program's own whose backward is not the derivative of their forward.

Autograd takes the word of a `torch.autograd.Function` for its derivative. So its forward's own statements
are differentiated as well, with a ctx that only remembers, at the arguments of every call and a little
beside them (where a kink is in between, either is right). Where a forward records no graph, central
differences have the word.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from ...execution.gradients.own_functions import Call, by_its_statements, put_in_place
from ...execution.iteration import Iteration
from ...execution.session import Session
from ...program.deliberate import deliberate_lines
from ...program.program import Program
from ...tensors.aliasing import Namespace
from ...tensors.finite_differences import central, scalar_of
from ...tensors.inert import is_a, is_tensor
from ...tensors.vjp_agreement import agreement
from .lines.outcome import WrongFunction
from .passes.attempt import attempt_of


def functions_of(namespace: Namespace, program: Program) -> dict[str, type[Function]]:
    """The program's own Functions, but those whose backward it marks as deliberate."""
    own = {value for value in namespace.values() if is_a(value, type) and issubclass(value, Function)}
    if not own:
        return {}
    nodes = _classes(program)
    named = {one.__name__: one for one in own if one.__module__ == "__main__" and one.__name__ in nodes}
    return {name: one for name, one in named.items() if not _is_deliberate(program, nodes[name])}


def _classes(program: Program) -> dict[str, ast.ClassDef]:
    trees = [section.tree for section in program.sections]
    return {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _is_deliberate(program: Program, node: ast.ClassDef) -> bool:
    return any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in deliberate_lines(program))


def wrong_functions(
    session: Session, iteration: Iteration, dtype: torch.dtype | None
) -> tuple[WrongFunction, ...]:
    """The Functions that the forward calls and whose backward is wrong."""
    functions = functions_of(session.namespace, session.program)
    if not functions:
        return ()
    attempt = attempt_of(session, iteration, dtype, {})
    calls: dict[str, list[Call]] = {name: [] for name in functions}
    with attempt.open() as world:
        for name, function in functions.items():
            put_in_place(session.namespace, function, _noting(function, calls[name]))
        attempt.forward(world)
    messages = {name: _first_fault(functions[name], made) for name, made in calls.items()}
    return tuple(_located(session.program, n, said) for n, said in messages.items() if said)


def _noting(function: type[Function], calls: list[Call]) -> Callable[..., Any]:
    original: Callable[..., Any] = function.apply

    def apply(*args: Any) -> Any:
        calls.append(tuple(one.detach().clone() if is_tensor(one) else one for one in args))
        return original(*args)

    return apply


def _first_fault(function: type[Function], calls: Iterable[Call]) -> str:
    for args in calls:
        beside = tuple(_moved(one, place) for place, one in enumerate(args))
        fault = _fault(function, args)
        if fault and _fault(function, beside):
            return fault
    return ""


def _moved(value: Any, place: int) -> Any:
    if not is_tensor(value) or not value.is_floating_point():
        return value
    generator = torch.Generator().manual_seed(place)
    noise = torch.randn(value.shape, generator=generator, dtype=torch.float64).to(value)
    return value + 1e-3 * (value.abs().max() if value.numel() else 1.0) * noise


def _fault(function: type[Function], args: Call) -> str:
    """How the backward differs from the derivative at these arguments; "" where it does not."""
    own = _vjps(function.apply, args)
    if own is None:
        return ""
    true = _vjps(by_its_statements(function), args)
    derivative = "the derivative of its forward" if true else "what central differences give"
    relative = 0.0 if true else 1e-5
    true = true or _by_differences(function, args, own)
    largest = max((float(one.abs().max()) for one in true.values() if one.numel()), default=0.0)
    for place, expected in true.items():
        if relative and torch.allclose(own[place], expected, relative, relative * largest):
            continue
        if agreement(own[place], expected, upstream=largest).verdict.accuses:
            return (
                f"what it returns for argument {place + 1} is not {derivative}; "
                "on purpose? `# deliberate: why` in the class says so"
            )
    return ""


def _by_differences(function: type[Function], args: Call, wanted: Iterable[int]) -> dict[int, Tensor]:
    gradients: dict[int, Tensor] = {}
    with torch.no_grad():
        apply: Callable[..., Any] = function.apply
        firsts = _firsts(apply(*args))
        for place in wanted:

            def value(moved: Tensor, at: int = place) -> float:
                return scalar_of(apply(*args[:at], moved, *args[at + 1 :]), firsts)

            gradient = central(value, args[place])
            if gradient is not None:
                gradients[place] = gradient
    return gradients


def _firsts(results: Any) -> list[Tensor]:
    """A random tensor for every floating output."""
    outputs = results if is_a(results, tuple) else (results,)
    floating = [one for one in outputs if is_tensor(one) and one.is_floating_point()]
    generator = torch.Generator().manual_seed(5)
    return [torch.randn(o.shape, generator=generator, dtype=torch.float64).to(o) for o in floating]


def _vjps(apply: Callable[..., Any], args: Call) -> dict[int, Tensor] | None:
    """The VJP of every floating argument by its place; None where no graph is recorded."""
    leaves = tuple(_leaf(one) for one in args)
    wanted = {i: one for i, one in enumerate(leaves) if is_tensor(one) and one.requires_grad}
    with torch.enable_grad():
        given = tuple(one.view_as(one) if is_tensor(one) else one for one in leaves)
        results = apply(*given)
    outputs = [one for one in (results if is_a(results, tuple) else (results,)) if _has_graph(one)]
    if not outputs or not wanted:
        return None
    gradients = torch.autograd.grad(outputs, [*wanted.values()], _firsts(tuple(outputs)), allow_unused=True)
    pairs = zip(wanted.items(), gradients, strict=True)
    return {i: torch.zeros_like(leaf) if one is None else one for (i, leaf), one in pairs}


def _leaf(value: Any) -> Any:
    if is_tensor(value) and value.is_floating_point():
        return value.detach().clone().requires_grad_(True)
    return value


def _has_graph(value: Any) -> bool:
    return is_tensor(value) and value.requires_grad


def _located(program: Program, name: str, message: str) -> WrongFunction:
    body = _classes(program)[name].body
    backward = next((n for n in body if isinstance(n, ast.FunctionDef) and n.name == "backward"), None)
    if backward is None:
        return WrongFunction(name, (), 0, message)
    returns = [node.lineno for node in ast.walk(backward) if isinstance(node, ast.Return)]
    lines = tuple(node.lineno for node in backward.body)
    return WrongFunction(name, lines, returns[-1] if returns else backward.lineno, message)
