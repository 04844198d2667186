"""What a program has autograd do by itself: backward passes, `.grad` that is read, graphs that are left."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from .program import ITERATED, Program
from .statements import is_backward
from .torch_operations import leaves_graph

_MENTION_OF_GRAD = re.compile(r"(?<!autograd)(?<!func)\.grad\b")


@dataclass(frozen=True, eq=False)
class AutogradUse:
    """What the text says of autograd, each found once."""

    program: Program

    @cached_property
    def calls_backward(self) -> bool:
        """Whether the program says `loss.backward()`, which fills `.grad` where it stands."""
        loss, statements = self.program.loss, self.program.statements
        return any(is_backward(s.node, loss) for s in statements if s.section in ITERATED)

    @cached_property
    def fills_grad_itself(self) -> bool:
        """Whether it has other calls of `.backward()`, in functions or of other tensors."""
        statements = sum(is_backward(s.node, self.program.loss) for s in self.program.statements)
        nodes = (node for section in self.program.sections for node in ast.walk(section.tree))
        return sum(map(_calls_backward, nodes)) > statements

    @cached_property
    def differentiates(self) -> bool:
        """Whether it says that it runs backward passes of its own."""
        return self.fills_grad_itself or "autograd" in self.program.text

    @cached_property
    def reads_grad(self) -> bool:
        """Whether it mentions `.grad` without such calls: it is then filled before the handwritten lines."""
        filled = self.calls_backward or self.fills_grad_itself
        return not filled and _MENTION_OF_GRAD.search(self.program.text) is not None

    @cached_property
    def leaves_graph(self) -> bool:
        """Whether a value may reach the loss past autograd, on purpose: `w.detach()`."""
        forward = [section.tree for section in self.program.sections if section.kind in ("setup", "forward")]
        nodes = [node for tree in forward for node in ast.walk(tree)]
        names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        return any(map(leaves_graph, names | {node.id for node in nodes if isinstance(node, ast.Name)}))


def _calls_backward(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
    )
