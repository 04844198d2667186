"""A conjugate left out or written where none belongs, and a real part that was not taken."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....program.names import called
from ....tensors.inert import is_tensor
from ..case import Case
from ..edit import Edit, Line, Spot
from ..wording import method, written


def conjugates(case: Case) -> Iterator[Edit]:
    """Every line without one of its conjugates, then with one more, of the shortest parts first."""
    complex_ones = [(line, spot) for line, spot in case.spots if _is_complex(case, spot)]
    written_ones = [(line, spot) for line, spot in complex_ones if _inside(spot.node) is not None]
    for line, spot in written_ones:
        inner = _inside(spot.node)
        assert inner is not None
        yield Edit("conjugate", f"conjugates {written(inner)}, which has to stay as it is", line, spot, inner)
    inside = {id(_inside(spot.node)) for _, spot in written_ones}
    others = [pair for pair in complex_ones if pair not in written_ones and id(pair[1].node) not in inside]
    for line, spot in sorted(others, key=_length):
        words = f"{written(spot.node)} has to be conjugated"
        yield Edit("conjugate", words, line, spot, method(spot.node, "conj"))


def _is_complex(case: Case, spot: Spot) -> bool:
    value = case.value(spot.node)
    return is_tensor(value) and value.is_complex()


def _inside(node: ast.expr) -> ast.expr | None:
    """What is conjugated, if it is `x.conj()` or `torch.conj(x)`."""
    if not isinstance(node, ast.Call) or called(node) != "conj":
        return None
    if node.args:
        return node.args[0]
    return node.func.value if isinstance(node.func, ast.Attribute) else None


def _length(pair: tuple[Line, Spot]) -> int:
    return len(written(pair[1].node))


def real_parts(case: Case) -> Iterator[Edit]:
    """The real part of what is complex, where the tensor is real."""
    if case.trial.expected.is_complex():
        return
    for line, spot in case.spots:
        if isinstance(spot.parent, ast.stmt) and _is_complex(case, spot):
            part = ast.Attribute(value=spot.node, attr="real", ctx=ast.Load())
            yield Edit("real_part", f"only {written(part)} is its gradient", line, spot, part)
