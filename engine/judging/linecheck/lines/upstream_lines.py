"""What stands above a gradient: the lines that its value comes from, and the wrong ones among them."""

from __future__ import annotations

from collections.abc import Container, Mapping

from ....verdict import Verdict
from .outcome import LineJudgement


def with_upstreams(name: str, lines: Mapping[str, LineJudgement]) -> set[str]:
    """A gradient and all that its value comes from."""
    seen, queue = {name}, [name]
    while queue:
        line = lines.get(queue.pop())
        fresh = (set(line.upstreams) & lines.keys()) - seen if line is not None else set[str]()
        seen |= fresh
        queue += fresh
    return seen


def roots_of(name: str, lines: Mapping[str, LineJudgement], wanted: Container[Verdict]) -> list[str]:
    """The gradients upstream with such a verdict, those behind others of them left out."""
    roots: list[str] = []
    seen, queue = {name}, [name]
    while queue:
        for upstream in lines[queue.pop(0)].upstreams:
            if upstream in seen or upstream not in lines:
                continue
            seen.add(upstream)
            if lines[upstream].verdict in wanted:
                roots.append(upstream)
            else:
                queue.append(upstream)
    return roots
