"""Which lines are about a tensor, and which tensor a line is about."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from ...program.statements import Statement
from ..cursor import View
from ..scene import Scene
from ..wire.frame import Relation
from ..wire.inspected import Tab


@lru_cache(maxsize=1024)
def relation(gradient: str, tensor: str, statements: tuple[Statement, ...]) -> Relation | None:
    """What a line has to do with a tensor: makes it, uses it in the forward, or writes its gradient."""
    for statement in statements if tensor else ():
        if statement.section == "backward":
            if gradient in statement.writes:
                return Relation.WRITES
        elif tensor in statement.writes:
            return Relation.MAKES
        elif statement.section == "forward" and tensor in statement.reads:
            return Relation.USES
    return None


def selecting_at(scene: Scene, view: View, line: int) -> View:
    """The view with the tensor selected that a line makes, or whose gradient it writes, if there is one."""
    known = {*scene.tensor_names}
    for statement in reversed(scene.session.facts.statements_by_line.get(line, ())):
        for name in reversed(statement.writes):
            backward = statement.section == "backward"
            tensor = scene.session.program.naming.tensor(name) if backward else name
            if tensor in known:
                return replace(view.at(tensor, _tab(view, gradient=backward)), attended="")
    return view


def _tab(view: View, *, gradient: bool) -> Tab:
    """What is looked at of a tensor that is selected by such a line."""
    if not gradient:
        return Tab.VALUE
    return Tab.MANUAL if view.tab is Tab.VALUE else view.tab
