"""Gradients that the forward has from a function: the lines of that have the blame."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ...execution.iteration import Iteration
from ...program.program import Program
from ...verdict import Verdict
from .lines.outcome import LineJudgement


def handed_on(
    program: Program, iteration: Iteration, judgements: Mapping[str, LineJudgement]
) -> dict[str, LineJudgement]:
    """Those that only have another's value under another name of the same tensor, where that is wrong.

    No line comes between the two that could be given something random, as the forward runs as a whole.
    """
    section = program.section("forward")
    handing = [s for s in (section.statements if section else ()) if s.hands_on and len(s.reads) == 1]
    found = {}
    for statement in handing:
        (source,) = statement.reads
        for name in statement.binds:
            if name in judgements and source in judgements and judgements[name].verdict.accuses:
                once = sum(name in s.writes for s in program.statements) == 1
                if once and judgements[source].verdict.accuses and _alike(program, iteration, name, source):
                    found[name] = judgements[name]._replace(
                        verdict=Verdict.RIGHT, upstreams=(source,), message=""
                    )
    return found


def _alike(program: Program, iteration: Iteration, name: str, source: str) -> bool:
    """Whether the same ought to be in both."""
    expected = iteration.references.gradients
    one, other = (expected.get(program.naming.tensor(gradient)) for gradient in (name, source))
    return one is not None and other is not None and one.shape == other.shape and torch.allclose(one, other)
