"""A wrong name: another gradient, another tensor."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from ....rules.trees import name
from ....tensors.inert import is_tensor
from ..case import Case
from ..edit import Edit, Line, Spot, duplicate, exchanged
from ..wording import written


def near_upstreams(case: Case) -> Iterator[Edit]:
    """Every line with a gradient in it exchanged for that of a tensor that uses this one."""
    yield from _upstreams(case, case.user_gradients)
    if any(not line.own for line in case.trial.lines):
        yield from _upstreams(case, _others_than_users(case), helpers=True)


def other_upstreams(case: Case) -> Iterator[Edit]:
    """The same with every other gradient."""
    yield from _upstreams(case, [*_others_than_users(case), *case.unread])


def _others_than_users(case: Case) -> list[str]:
    return [gradient for gradient in case.gradients if gradient not in case.user_gradients]


def _upstreams(case: Case, wanted: list[str], *, helpers: bool = False) -> Iterator[Edit]:
    """In the lines of the gradient and its helpers, or in those of the `helpers` alone."""
    for line, spot in case.spots:
        node = spot.node
        if isinstance(node, ast.Name) and _is_gradient(case, node.id) and not (helpers and line.own):
            for other in wanted:
                if other not in (node.id, case.name):
                    words = _wrong_upstream(case, node.id, other, line)
                    yield Edit("wrong_upstream", words, line, spot, name(other))


def _is_gradient(case: Case, text: str) -> bool:
    bench = case.trial.bench
    return text in bench.given or bench.tensor_of(text) in bench.graph.tensors or text not in case.values


def _wrong_upstream(case: Case, was: str, other: str, line: Line) -> str:
    if line.own and other in case.user_gradients:
        user = case.trial.bench.tensor_of(other)
        return f"reads {was} where {other} belongs: {user} is what uses this tensor"
    return f"reads {was} where {other} belongs"


def tensors(case: Case) -> Iterator[Edit]:
    """Every line with a tensor in it exchanged for another that fits."""
    for alike in (True, False):
        for line, spot in case.spots:
            node = spot.node
            if isinstance(node, ast.Name) and is_tensor(case.values.get(node.id)):
                yield from _others(case, line, spot, node, alike)


def _others(case: Case, line: Line, spot: Spot, node: ast.Name, alike: bool) -> Iterator[Edit]:
    shape = tuple(case.values[node.id].shape)
    others = [other for other in case.tensors if other != node.id]
    for other in others[: None if alike else 12]:
        if (tuple(case.values[other].shape) == shape) == alike:
            yield Edit("wrong_tensor", _wrong(spot, node.id, other), line, spot, name(other))


def _wrong(spot: Spot, was: str, other: str) -> Callable[[], str]:
    def say() -> str:
        parent = spot.parent
        if not isinstance(parent, ast.BinOp):
            return f"reads {was} where {other} belongs"
        (right,) = exchanged(parent, spot.node, [name(other)])
        return f"reads {was} where {other} belongs: {written(parent)} for {written(right)}"

    return say


def everywhere(case: Case) -> Iterator[Edit]:
    """Every tensor that a line reads more than once exchanged in all of these places."""
    for line in case.trial.lines:
        nodes = [spot.node for one, spot in case.spots if one is line]
        read = Counter(node.id for node in nodes if isinstance(node, ast.Name))
        for was, times in read.items():
            value = case.values.get(was)
            if times > 1 and is_tensor(value) and not _is_gradient(case, was):
                alike = (o for o in case.tensors if o != was and case.values[o].shape == value.shape)
                for other in alike:
                    words = f"reads {was} where {other} belongs, {_PLACES.get(times, 'in every place')}"
                    yield Edit("wrong_tensor", words, line, None, [_renamed(line.node, was, other)])


_PLACES = {2: "in both places", 3: "in all three places"}


def _renamed(node: ast.stmt, was: str, other: str) -> ast.stmt:
    new = duplicate(node)
    for part in ast.walk(new):
        if isinstance(part, ast.Name) and part.id == was and isinstance(part.ctx, ast.Load):
            part.id = other
    return new
