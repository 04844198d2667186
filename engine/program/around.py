"""The loops and blocks around one iteration, taken apart: what each does before it, and after."""

from __future__ import annotations

import ast

from msgspec import Struct

HIDDEN = "__backprop_tui_"
"""Names that begin like this are none of the program's."""
EXPRESSION = "<expression>"
"""The file of code that somebody typed beside the program."""
BREAK = f"{HIDDEN}break__"
CONTINUE = f"{HIDDEN}continue__"
RETURN = f"{HIDDEN}return__"
"""What is raised where the text says `break`, `continue` or `return` in a loop that was taken apart."""
CALLED = f"{HIDDEN}called__"
"""Makes what a Function's forward is given of what the first call of it gives."""
REACHED = f"{HIDDEN}reached__"
"""What is raised at that call: setup ends there."""
NEVER_CALLED = f"{HIDDEN}never_called__"
"""Called at the end of a setup that came to no call."""
CTX = f"{HIDDEN}ctx__"
"""Makes a ctx that only remembers."""
LEAVING = (BREAK, CONTINUE, RETURN)

Block = tuple[ast.stmt, ...]


class Level(Struct, frozen=True, eq=False):
    """A loop, or an `if`, with the iteration somewhere inside; its blocks are without what is inside."""

    node: ast.For | ast.While | ast.If
    before: Block
    """What every pass runs first: before the level inside it, or before the iteration."""
    after: Block = ()
    """What every pass runs after the level inside it."""

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.node.lineno

    @property
    def loops(self) -> bool:
        """Whether it has more than one pass."""
        return not isinstance(self.node, ast.If)

    @property
    def otherwise(self) -> Block:
        """What runs when it has no further pass."""
        return tuple(self.node.orelse)

    @property
    def header(self) -> ast.expr:
        """What it runs over, or what has to be true for a pass."""
        return self.node.iter if isinstance(self.node, ast.For) else self.node.test


def blocks_around(levels: tuple[Level, ...]) -> list[ast.stmt]:
    """All that the levels run, in the order of the text."""
    before = [node for level in levels for node in level.before]
    after = [node for level in reversed(levels) for node in (*level.after, *level.otherwise)]
    return [*before, *after]


def is_leaving(node: ast.stmt) -> bool:
    """Whether a statement stands for a `break`, `continue` or `return`."""
    return isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in LEAVING


def leaving(name: str, node: ast.stmt) -> ast.stmt:
    """What stands for a `break`, `continue` or `return`."""
    exc = ast.copy_location(ast.Name(name, ast.Load()), node)
    return ast.copy_location(ast.Raise(exc=exc, cause=None), node)
