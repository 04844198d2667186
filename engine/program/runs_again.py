"""Whether a section may be run once more: it makes tensors and numbers, and touches nothing outside."""

from __future__ import annotations

import ast

from .names import called

_PLAIN = frozenset(
    """
    abs bool dict enumerate float int len list max min print range round set sorted str sum tuple zip
    """.split()
)
_MODULES = frozenset({"torch", "math", "numpy"})
_OUTSIDE = ("load", "save", "file", "open", "read", "write", "hub", "txt", "exec", "eval", "compile")
_TREES = (ast.With, ast.AsyncWith, ast.ClassDef, ast.Global, ast.Nonlocal, ast.Delete, ast.While)


def runs_again(tree: ast.Module) -> bool:
    """Whether a section calls only functions of torch, numpy and math, plain ones of Python, and methods.

    Functions of the program's own count as what they call. What loads, saves, reads or writes does not.
    """
    nodes = list(ast.walk(tree))
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    own |= {alias.asname or alias.name for n in nodes if isinstance(n, ast.ImportFrom) for alias in n.names}
    return all(_is_harmless(node, own) for node in nodes)


def _is_harmless(node: ast.AST, own: set[str]) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name.partition(".")[0] in _MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in _MODULES
    if isinstance(node, ast.Call):
        return _is_harmless_call(node, own)
    return not isinstance(node, _TREES)


def _is_harmless_call(node: ast.Call, own: set[str]) -> bool:
    name = called(node)
    if isinstance(node.func, ast.Name):
        return name in _PLAIN or (name in own and not _leaves(name))
    return bool(name) and not _leaves(name)


def _leaves(name: str) -> bool:
    return any(part in name for part in _OUTSIDE)
