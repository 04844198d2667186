"""What a call gives the parameters of a function."""

from __future__ import annotations

import ast


def parameters_of(function: ast.FunctionDef) -> list[str]:
    """The names of a function's parameters."""
    args = function.args
    return [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


def defaults_of(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """By parameter, what it is where a call gives it nothing."""
    args = function.args
    positional = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    defaults = dict(zip(reversed(positional), reversed(args.defaults), strict=False))
    pairs = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    return defaults | {arg.arg: value for arg, value in pairs if value is not None}


def arguments_of(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr] | None:
    """What every parameter of a function is given in a call; None where that cannot be told.

    First what the call says, in the order in which Python works that out, then what has its default.
    """
    args = function.args
    if args.vararg or args.kwarg or any(isinstance(arg, ast.Starred) for arg in call.args):
        return None
    positional = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    by_keyword = {*parameters_of(function)} - {arg.arg for arg in args.posonlyargs}
    given = dict(zip(positional, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg not in by_keyword or keyword.arg in given:
            return None
        given[keyword.arg] = keyword.value
    defaults = defaults_of(function)
    left = [name for name in parameters_of(function) if name not in given]
    fits = len(call.args) <= len(positional) and defaults.keys() >= {*left}
    return given | {name: defaults[name] for name in left} if fits else None
