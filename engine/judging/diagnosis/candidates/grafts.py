"""A part of the user's line exchanged for a part of the derived one: where the two differ."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from ....program.names import called
from ....tensors.inert import is_tensor
from ..case import Case
from ..edit import Edit, Spot, literal, number, spots_of
from ..wording import binary, written

_MOST = 400


def zeros_and_ones(case: Case) -> Iterator[Edit]:
    """`E` for `torch.zeros_like(E)`, 1 for 0."""
    for line, spot in case.spots:
        node = spot.node
        if number(node) == 0 and not spot.compared:
            for other in (1, -1):
                words = f"{written(node)} where {other} belongs"
                yield Edit("constant_written", words, line, spot, literal(other))
        which = called(node)
        if isinstance(node, ast.Call) and which in ("zeros_like", "ones_like") and node.args:
            words = f"{which.removesuffix('_like')} are written, whatever comes from upstream"
            yield Edit("constant_written", words, line, spot, node.args[0])


def grafts(case: Case) -> Iterator[Edit]:
    """Every part of the line exchanged for each part of the derived lines, within reason."""
    parts = _parts(case)
    count = 0
    for line, spot in case.spots:
        was = ast.dump(spot.node)
        for part in parts:
            if ast.dump(part) != was and _is_part(spot, part):
                count += 1
                yield Edit(_kind(spot, part), _said(spot, part), line, spot, part)
        if count > _MOST:
            return


def missing_parts(case: Case) -> Iterator[Edit]:
    """Every part of the line plus or minus a part of the derived lines."""
    parts = [(part, shape) for part in _parts(case) if (shape := _shape(case, part))]
    for line, spot in case.spots:
        for part, shape in parts:
            if case.shape(spot.node) == shape and not spot.exponent:
                for operator in (ast.Sub(), ast.Add()):
                    new = binary(spot.node, operator, part)
                    yield Edit("term_missing", _missing(part), line, spot, new)


def _missing(part: ast.expr) -> Callable[[], str]:
    return lambda: f"missing the term {written(part)}"


def _shape(case: Case, part: ast.expr) -> tuple[int, ...] | None:
    value = case.value_of(part)
    return tuple(value.shape) if is_tensor(value) and value.dim() else None


def _is_part(spot: Spot, part: ast.expr) -> bool:
    """Whether less than the whole line is exchanged, or it stays as a part of what it becomes."""
    was = ast.dump(spot.node)
    inside = any(ast.dump(node) == was for node in ast.walk(part) if isinstance(node, ast.expr))
    return inside or not isinstance(spot.parent, ast.stmt)


def _parts(case: Case) -> list[ast.expr]:
    """The expressions of the derived lines, each once."""
    parts: dict[str, ast.expr] = {}
    for statement in case.derived_nearby:
        for spot in spots_of(statement):
            parts.setdefault(ast.dump(spot.node), spot.node)
    return list(parts.values())


def _kind(spot: Spot, part: ast.expr) -> str:
    inner = {ast.dump(node) for node in ast.walk(part) if isinstance(node, ast.expr)}
    if ast.dump(spot.node) not in inner or not isinstance(part, ast.BinOp):
        return "wrong_part"
    return "term_missing" if isinstance(part.op, ast.Add | ast.Sub) else "factor_missing"


def _said(spot: Spot, part: ast.expr) -> Callable[[], str]:
    def say() -> str:
        what = {"term_missing": "term", "factor_missing": "factor"}.get(_kind(spot, part))
        rest = _rest(spot.node, part)
        if rest is None or what is None:
            return f"{written(spot.node)} where {written(part)} belongs"
        return f"missing the {what} {written(rest)}"

    return say


def _rest(inner: ast.expr, part: ast.expr) -> ast.expr | None:
    """The other side of an operation one of whose sides is `inner`."""
    if not isinstance(part, ast.BinOp):
        return None
    if ast.dump(part.left) == ast.dump(inner):
        return part.right
    return part.left if ast.dump(part.right) == ast.dump(inner) else None


def constants_written(case: Case) -> Iterator[Edit]:
    """The derived lines, where a single line writes zeros or ones."""
    value = case.trial.value
    single = sum(line.own for line in case.trial.lines) == 1
    if not is_tensor(value) or not single or not value.numel():
        return
    for constant, words in ((0, "zeros"), (1, "ones")):
        if bool((value == constant).all()):
            said = f"{words} are written, whatever comes from upstream"
            yield from _rewritten(case, "constant_written", said)


def other_gradients(case: Case) -> Iterator[Edit]:
    """The derived lines, where the value is what arrives at another tensor."""
    value = case.trial.value
    for name, arrived in case.trial.stands.setting.arrived.items() if is_tensor(value) else ():
        alike = name != case.tensor and arrived.shape == value.shape and bool(arrived.any())
        if alike and case.trial.is_also(arrived):
            said = f"this is the gradient of {name}, not of {case.tensor}"
            yield from _rewritten(case, "other_gradient", said)


def _rewritten(case: Case, kind: str, said: str) -> Iterator[Edit]:
    own = [line for line in case.trial.lines if line.own]
    if case.derived_statements and own:
        yield Edit(kind, said, own[0], None, case.derived_statements)
