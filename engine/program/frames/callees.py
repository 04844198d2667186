"""What a call runs: a function of the file, or a method of one of its objects."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .objects import Objects
from .plain_functions import is_plain, plain_functions


class Callee(NamedTuple):
    """What a call runs, where that is certain."""

    words: str
    """`affine_forward`, `Linear.forward`."""
    function: ast.FunctionDef
    receiver: str = ""
    """The name of the object whose method it is."""


class Callees:
    """Which calls run functions or methods that can be taken apart."""

    def __init__(
        self, blocks: Mapping[str, list[ast.stmt]], functions: Mapping[str, ast.FunctionDef] | None = None
    ) -> None:
        self._blocks = blocks
        self._functions = plain_functions(blocks) if functions is None else functions
        self._objects = Objects(blocks)

    def with_functions(self, more: Mapping[str, ast.FunctionDef]) -> Callees:
        """The same, with other functions under these names."""
        return Callees(self._blocks, {**self._functions, **more})

    def __bool__(self) -> bool:
        return bool(self._functions or self._objects.classes)

    @property
    def has_methods(self) -> bool:
        """Whether the text makes objects of classes of its own."""
        return bool(self._objects.classes)

    def of(self, call: ast.Call) -> Callee | None:
        """What a call runs; None where that is not certain, or cannot be taken apart."""
        match call.func:
            case ast.Name(id=name) if name in self._functions:
                return Callee(name, self._functions[name])
            case ast.Name(id=name):
                return self._method(name, "__call__")
            case ast.Attribute(value=ast.Name(id=holder), attr=name):
                return self._method(holder, name)
        return None

    def elements(self, iterated: ast.expr) -> Sequence[str]:
        """The objects that a loop goes over; none where they are not known."""
        match iterated:
            case ast.Name(id=name):
                return self._objects.elements(name)
            case ast.Call(func=ast.Name("reversed"), args=[whole], keywords=[]):
                return self.elements(whole)[::-1]
            case ast.Subscript(value=whole, slice=ast.Slice(None, None, step)) if _backwards(step):
                return self.elements(whole)[::-1]
        return ()

    def _method(self, holder: str, name: str) -> Callee | None:
        method = self._objects.method(holder, name)
        if method is None or not method.function.args.args or not is_plain(method.function):
            return None
        return Callee(method.words, method.function, holder)


def _backwards(step: ast.expr | None) -> bool:
    match step:
        case ast.UnaryOp(ast.USub(), ast.Constant(1)):
            return True
    return False
