"""A wrong name: another gradient, another tensor."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from torch import Tensor

from ....rules.trees import name
from ..case import Case, written
from ..edit import Edit, Line, Spot


def near_upstreams(case: Case) -> Iterator[Edit]:
    """Every line with a gradient in it exchanged for that of a tensor that uses this one."""
    users = [f"d{user}" for user in case.users]
    yield from _upstreams(case, users)
    if any(not line.own for line in case.lines):
        yield from _upstreams(case, [one for one in case.gradients if one not in users], helpers=True)


def other_upstreams(case: Case) -> Iterator[Edit]:
    """The same with every other gradient."""
    users = {f"d{user}" for user in case.users}
    yield from _upstreams(case, [one for one in case.gradients if one not in users])


def _upstreams(case: Case, wanted: list[str], *, helpers: bool = False) -> Iterator[Edit]:
    """In the lines of the gradient and its helpers, or in those of the `helpers` alone."""
    for line, spot in case.spots():
        node = spot.node
        if isinstance(node, ast.Name) and _is_gradient(case, node.id) and not (helpers and line.own):
            for other in wanted:
                if other != node.id and other[1:] != case.tensor:
                    say = _wrong_upstream(case, node.id, other, line)
                    yield case.edit("wrong_upstream", say, line, spot, name(other))


def _is_gradient(case: Case, text: str) -> bool:
    return text in case.trial.bench.given or text[1:] in case.trial.bench.graph or text not in case.values


def _wrong_upstream(case: Case, was: str, other: str, line: Line) -> str:
    if line.own and other[1:] in case.users:
        return f"reads {was} where {other} belongs: {other[1:]} is what uses this tensor"
    return f"reads {was} where {other} belongs"


def tensors(case: Case) -> Iterator[Edit]:
    """Every line with a tensor in it exchanged for another that fits."""
    for alike in (True, False):
        for line, spot in case.spots():
            node = spot.node
            if isinstance(node, ast.Name) and isinstance(case.values.get(node.id), Tensor):
                yield from _others(case, line, spot, node, alike)


def _others(case: Case, line: Line, spot: Spot, node: ast.Name, alike: bool) -> Iterator[Edit]:
    shape = tuple(case.values[node.id].shape)
    others = [one for one in case.tensors if one != node.id]
    for other in others[: None if alike else 12]:
        if (tuple(case.values[other].shape) == shape) == alike:
            yield case.edit("wrong_tensor", _wrong(spot, node.id, other), line, spot, name(other))


def _wrong(spot: Spot, was: str, other: str) -> Callable[[], str]:
    def say() -> str:
        parent = spot.parent
        if not isinstance(parent, ast.BinOp):
            return f"reads {was} where {other} belongs"
        before = written(parent)
        spot.put(name(other))
        after = written(parent)
        spot.put(spot.node)
        return f"reads {was} where {other} belongs: {before} for {after}"

    return say
