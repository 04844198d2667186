"""The style of a program, read from its text and from what its names stood for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from ...program.names import called
from ...program.program import Program
from ...program.torch_operations import gives_size, takes_sizes
from ...tensors.inert import is_a
from ..style import Style


def style_of(program: Program, names: Mapping[str, Any], spelled: Mapping[str, str]) -> Style:
    """How a program spells things; `names` are what its names stand for, `spelled` expressions with names."""
    trees = [section.tree for section in program.sections]
    read = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    tight = len(re.findall(r"\S\*\*", program.text))
    return Style(
        modules=_modules(names),
        tight_powers=tight > program.text.count(" ** "),
        double_quotes=program.text.count('"') > program.text.count("'"),
        single_quotes=program.text.count('"') < program.text.count("'"),
        taken=frozenset({*read, *names}),
        sizes={} if _sizes_change(program, names) else _sizes(trees, names),
        spelled=spelled,
    )


def _modules(names: Mapping[str, Any]) -> dict[str, str]:
    """What the program calls torch and its functional module."""
    base = _called(names, torch) or "torch"
    return {"torch": base, "F": _called(names, torch.nn.functional) or f"{base}.nn.functional"}


def _called(names: Mapping[str, Any], module: Any) -> str:
    return next((name for name, value in names.items() if value is module), "")


def _sizes(trees: list[ast.Module], names: Mapping[str, Any]) -> dict[int, str]:
    """The sizes that have exactly one name."""
    words = {word for tree in trees for word in _size_words(tree)}
    words_by_size: dict[int, str] = {}
    again: set[int] = set()
    for word in sorted(words):
        value = names.get(word)
        if is_a(value, int) and not is_a(value, bool) and value > 1:
            if value in words_by_size:
                again.add(value)
            words_by_size[value] = word
    return {value: word for value, word in words_by_size.items() if value not in again}


def _sizes_change(program: Program, names: Mapping[str, Any]) -> bool:
    """Whether the forward cuts out as much as the data or a counter says, from one iteration to the next."""
    forward = program.section("forward")
    assert forward is not None
    parts = [node.slice for node in ast.walk(forward.tree) if isinstance(node, ast.Subscript)]
    return any(_is_mask(index, names) or _is_counted(index) for index in parts)


def _is_mask(index: ast.expr, names: Mapping[str, Any]) -> bool:
    value = names.get(index.id) if isinstance(index, ast.Name) else None
    return isinstance(index, ast.Compare) or getattr(value, "dtype", None) is torch.bool


def _is_counted(index: ast.expr) -> bool:
    """A slice with sums in its ends, `X[at : at + n]`: the last may be shorter."""
    ends = [
        end for node in ast.walk(index) if isinstance(node, ast.Slice) for end in (node.lower, node.upper)
    ]
    return any(isinstance(part, ast.BinOp) for end in ends if end is not None for part in ast.walk(end))


def _size_words(tree: ast.AST) -> Iterator[str]:
    """Names that the program itself uses as sizes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and takes_sizes(called(node)):
            yield from _names_among(node.args)
        elif (
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Name)
        ):
            yield node.right.id
        elif isinstance(node, ast.Assign) and _is_a_size(node.value):
            yield from _names_among(node.targets)


def _names_among(trees: list[ast.expr]) -> Iterator[str]:
    for tree in trees:
        if isinstance(tree, ast.Name):
            yield tree.id
        elif isinstance(tree, ast.Tuple | ast.List):
            yield from _names_among(tree.elts)


def _is_a_size(tree: ast.expr) -> bool:
    if isinstance(tree, ast.Subscript):
        return _is_a_size(tree.value)
    if isinstance(tree, ast.Call):
        return gives_size(called(tree))
    return isinstance(tree, ast.Attribute) and tree.attr == "shape"
