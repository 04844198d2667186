"""Why a line raised, in terms of shapes: which operands do not fit, and what their shapes are."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any

import torch
from msgspec.structs import replace
from torch import Tensor

from ...program.frame import in_one_call
from ...program.program import Program
from ...tensors.inert import attributes_of, is_a, is_any, is_tensor, name_of_module, names_of, trace_of
from ..failure import Failure
from ..raised import failure_of

_OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.MatMult: ("@", operator.matmul),
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.Pow: ("**", operator.pow),
}


_KNOWN = (Tensor, int, float)
_BY_SHAPES = frozenset(
    "matmul mm bmm mv dot outer add sub mul div view view_as reshape expand expand_as "
    "permute transpose broadcast_to linear conv1d conv2d addmm baddbmm t".split()
)
"""Methods and functions that refuse tensors for their shapes alone."""


class _Misfit(Exception):
    """Found: the message says which operands do not fit."""


class _Unknown(Exception):
    """What an expression gives cannot be told without running it."""


def misfit_of(error: BaseException, program: Program) -> str:
    """`dlogits is [32, 27], W2 is [64, 27]: they do not fit for @`; nothing where that is not the reason.

    The operations of the line that raised are tried again on tensors without entries, so nothing is
    computed, drawn or changed.
    """
    if not isinstance(error, RuntimeError | ValueError | IndexError):
        return ""
    line, names = _place_of(error, program)
    for node in _operations(program, line):
        try:
            _value(node, names)
        except _Misfit as misfit:
            return in_one_call(str(misfit))
        except Exception:  # of an expression that only its own run could tell
            continue
    return ""


def failure_with_shapes(error: BaseException, program: Program, section: str) -> Failure:
    """Where and why the program stopped, in terms of shapes where they are the reason."""
    return replace(failure_of(error, program, section), misfit=misfit_of(error, program))


def _place_of(error: BaseException, program: Program) -> tuple[int, Mapping[str, Any]]:
    """The innermost line of the program that was running, and the names that it saw."""
    innermost, trace = None, trace_of(error)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == program.filename:
            innermost = trace
        trace = trace.tb_next
    if innermost is None:
        return 0, {}
    frame = innermost.tb_frame
    return innermost.tb_lineno, {**frame.f_globals, **frame.f_locals}


def _operations(program: Program, line: int) -> Iterator[ast.AST]:
    """What the line computes with tensors, the innermost first."""
    nodes: list[ast.AST] = []
    with suppress(SyntaxError):
        nodes = list(ast.walk(ast.parse(program.text)))
    computing = [node for node in nodes if isinstance(node, ast.BinOp | ast.Call | ast.AugAssign)]
    for node in reversed(computing):
        if node.lineno <= line <= (node.end_lineno or line):
            yield node


def _value(node: ast.AST, names: Mapping[str, Any]) -> Any:
    """What an expression gives, tensors as their shapes alone."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return _without_entries(_known(names, name))
        case ast.Attribute(base, name):
            return _attribute(_value(base, names), name)
        case ast.Subscript(base, index):
            return _value(base, names)[_value(index, names)]
        case ast.Slice(lower, upper, step):
            return slice(*(None if part is None else _value(part, names) for part in (lower, upper, step)))
        case ast.Tuple(parts):
            return tuple(_value(part, names) for part in parts)
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, names)
        case ast.BinOp(left, sign, right):
            return _combined(left, sign, right, names)
        case ast.AugAssign(target, sign, value):
            return _augmented(target, sign, value, names)
        case ast.Call(function, arguments, []):
            return _called(node, function, arguments, names)
    raise _Unknown


def _known(names: Mapping[str, Any], name: str) -> Any:
    if name not in names:
        raise _Unknown
    return names[name]


def _without_entries(value: Any) -> Any:
    if not is_tensor(value):
        return value
    dtype = torch.float32 if value.is_floating_point() else value.dtype
    return torch.empty(tuple(value.shape), dtype=dtype, device="meta")


def _attribute(base: Any, name: str) -> Any:
    """An attribute that is read without running anything of the program."""
    if is_tensor(base):
        return getattr(base, name)
    return _without_entries(_known(names_of(base) if is_a(base, type) else attributes_of(base) or {}, name))


def _combined(left: ast.expr, sign: ast.operator, right: ast.expr, names: Mapping[str, Any]) -> Any:
    one, other = _value(left, names), _value(right, names)
    symbol, operation = _OPERATORS[type(sign)]
    if not (is_any(one, _KNOWN) and is_any(other, _KNOWN)):
        raise _Unknown
    if not (is_tensor(one) and is_tensor(other)):
        return operation(one, other)
    try:
        return operation(one.float(), other.float())
    except RuntimeError:
        raise _Misfit(_told({left: one, right: other}, symbol)) from None


def _augmented(target: ast.expr, sign: ast.operator, value: ast.expr, names: Mapping[str, Any]) -> Any:
    held, added = _value(target, names), _value(value, names)
    symbol, operation = _OPERATORS[type(sign)]
    if not (is_tensor(held) and is_tensor(added)):
        raise _Unknown
    with suppress(RuntimeError):
        if operation(held.float(), added.float()).shape == held.shape:
            return held
    raise _Misfit(_told({target: held, value: added}, f"{symbol}="))


def _called(node: ast.Call, function: ast.expr, arguments: list[ast.expr], names: Mapping[str, Any]) -> Any:
    """What a method of a tensor, or a function of torch, gives."""
    if not isinstance(function, ast.Attribute) or function.attr not in _BY_SHAPES:
        raise _Unknown
    base = _value(function.value, names)
    given = {argument: _value(argument, names) for argument in arguments}
    method = is_tensor(base)
    if not method and not (is_a(base, ModuleType) and name_of_module(base).startswith("torch")):
        raise _Unknown
    tensors = {function.value: base} if method else {}
    tensors |= {argument: one for argument, one in given.items() if is_tensor(one)}
    if not tensors or len({one.dtype for one in tensors.values()}) > 1:
        raise _Unknown
    try:
        return getattr(base, function.attr)(*given.values())
    except NotImplementedError:
        raise _Unknown from None
    except (RuntimeError, IndexError):
        raise _Misfit(_told(tensors, ast.unparse(node) if len(tensors) == 1 else function.attr)) from None


def _told(tensors: Mapping[ast.expr, Tensor], operation: str) -> str:
    shapes = ", ".join(f"{ast.unparse(node)} is {list(one.shape)}" for node, one in tensors.items())
    return f"{shapes}: {'it does' if len(tensors) == 1 else 'they do'} not fit for {operation}"
