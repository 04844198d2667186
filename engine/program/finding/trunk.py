"""The statements that a file runs, one block: what is guarded by `__main__` and by `no_grad` among them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from ..names import OPAQUE

_GRAD_MODES = frozenset({"no_grad", "inference_mode", "enable_grad", "set_grad_enabled"})


def trunk_of(tree: ast.Module) -> list[ast.stmt]:
    """The statements of a file, those below `if __name__ == "__main__":` among them."""
    return [inner for node in tree.body for inner in _unguarded(node)]


def _unguarded(node: ast.stmt) -> list[ast.stmt]:
    return node.body if isinstance(node, ast.If) and _is_main_guard(node) else [node]


def _is_main_guard(node: ast.If) -> bool:
    if node.orelse or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    names = [side.id for side in sides if isinstance(side, ast.Name)]
    values = [side.value for side in sides if isinstance(side, ast.Constant)]
    return names == ["__name__"] and values == ["__main__"] and isinstance(node.test.ops[0], ast.Eq)


def without_grad_modes(
    block: Iterable[ast.stmt], opens: Callable[[Sequence[ast.stmt]], bool]
) -> list[ast.stmt]:
    """The block with `with torch.no_grad():` taken away around what `opens` says; loops are gone into."""
    out: list[ast.stmt] = []
    for node in block:
        if isinstance(node, ast.With) and _sets_grad_mode(node) and opens(node.body):
            out += without_grad_modes(node.body, opens)
            continue
        if not isinstance(node, OPAQUE):
            for name in ("body", "orelse"):
                inner = getattr(node, name, None)
                if isinstance(inner, list) and inner and isinstance(inner[0], ast.stmt):
                    setattr(node, name, without_grad_modes(inner, opens))
        out.append(node)
    return out


def _sets_grad_mode(node: ast.With) -> bool:
    return all(sets_grad_mode(item.context_expr) and item.optional_vars is None for item in node.items)


def sets_grad_mode(node: ast.expr) -> bool:
    """Whether it is `torch.no_grad()` or the like."""
    function = node.func if isinstance(node, ast.Call) else node
    return isinstance(function, ast.Attribute) and function.attr in _GRAD_MODES


class _Detached(ast.NodeTransformer):
    """Lets `.numpy()` take what has a graph here, and has none where Python runs the file."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`x.numpy()` becomes `x.detach().numpy()`."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "numpy" and not node.args:
            of = node.func.value
            detach = ast.copy_location(ast.Attribute(of, "detach", ast.Load()), of)
            node.func.value = ast.copy_location(ast.Call(detach, [], []), of)
        return node


def with_numbers_taken_out(tree: ast.Module) -> ast.Module:
    """The file, in which every tensor can be made an array of."""
    changed: ast.Module = _Detached().visit(tree)
    return changed


class _Jumps(ast.NodeTransformer):
    """Exchanges the jumps of one block; those that belong to a loop or a function inside it stay."""

    def __init__(self, exchanged: Callable[[ast.stmt], ast.stmt], *, returns: bool) -> None:
        self.exchanged = exchanged
        self.returns = returns
        self.loops = 0

    def visit_Break(self, node: ast.Break) -> ast.stmt:
        """One that leaves the block's own loop."""
        return node if self.loops else self.exchanged(node)

    def visit_Continue(self, node: ast.Continue) -> ast.stmt:
        """One that goes on with the block's own loop."""
        return node if self.loops else self.exchanged(node)

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        """One that leaves the function that the block stood in."""
        return self.exchanged(node) if self.returns else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        """A function's own."""
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        """A function's own."""
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        """A class holds none."""
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        """A function's own."""
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        """Its body jumps for itself; what follows it in `else` does not."""
        return self._loop(node)

    def visit_While(self, node: ast.While) -> ast.stmt:
        """Its body jumps for itself; what follows it in `else` does not."""
        return self._loop(node)

    def _loop(self, node: ast.For | ast.While) -> ast.stmt:
        self.loops += 1
        node.body = [self.visit(one) for one in node.body]
        self.loops -= 1
        node.orelse = [self.visit(one) for one in node.orelse]
        return node


def with_jumps_exchanged(
    block: Iterable[ast.stmt], exchanged: Callable[[ast.stmt], ast.stmt], *, returns: bool = False
) -> tuple[ast.stmt, ...]:
    """The block, whose `break`, `continue` and, if wanted, `return` are exchanged where they leave it."""
    jumps = _Jumps(exchanged, returns=returns)
    return tuple(jumps.visit(node) for node in block)
