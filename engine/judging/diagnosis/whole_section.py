"""All handwritten lines in one go, in any order: what they change that others of them read."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ...execution.recording.steps import MISSING
from ...execution.replay.state_copy import StateCopy
from ...program.statements import Statement
from ...tensors.held_names import all_names
from ...tensors.inert import is_any, is_given_name, is_tensor
from .bench import Bench
from .edit import compiled, place_in_text
from .trial import Trial


@dataclass(frozen=True, eq=False)
class WholeRun:
    """What came of the whole section."""

    value: Any
    """The gradient's once it is complete; MISSING where a line raised."""
    overwritten: Sequence[tuple[int, str]]
    """What the forward left under a name, with the first top-level statement that changes it in place."""


def statements_of(trial: Trial) -> Sequence[Statement]:
    """The simple statements of the backward."""
    section = trial.bench.program.section("backward")
    return section.statements if section else ()


def tops_of(trial: Trial) -> list[ast.stmt]:
    """The top-level statements of the backward."""
    section = trial.bench.program.section("backward")
    return list(section.tree.body) if section else []


def run_whole(trial: Trial, tops: Sequence[ast.stmt]) -> WholeRun:
    """Run the backward's statements in this order, every other gradient replaced once it is complete."""
    bench, overwritten = trial.bench, dict[str, int]()
    namespace = bench.namespace
    namespace.clear()
    namespace.update(bench.values)
    bench.state.put_back()
    namespace.update(_copies(bench))
    watched = {name: value for name, value in all_names(namespace).items() if is_tensor(value)}
    versions = {name: tensor._version for name, tensor in watched.items()}
    complete, value = _completed_at(trial, tops), MISSING
    try:
        with torch.no_grad():
            for place, top in enumerate(tops):
                exec(compiled([top], bench.program.filename), namespace)
                changed = [name for name, tensor in watched.items() if tensor._version != versions[name]]
                overwritten |= {name: place for name in changed if name not in overwritten}
                for name in complete.get(place, ()):
                    if name == trial.name:
                        value = namespace[name].clone()
                    elif name in bench.given:
                        namespace[name] = trial.instead_of(name).clone()
    except Exception:
        value = MISSING
    return WholeRun(value, [(place, name) for name, place in overwritten.items()])


def _copies(bench: Bench) -> dict[str, Any]:
    """The forward's values in memory of their own, shared where they share it."""
    copy = StateCopy(None)
    own = {name: value for name, value in bench.values.items() if is_given_name(name)}
    holding = {name: value for name, value in own.items() if is_any(value, (Tensor, list, tuple, dict))}
    return {name: copy.value(value) for name, value in holding.items()}


def _completed_at(trial: Trial, tops: Sequence[ast.stmt]) -> dict[int, list[str]]:
    """By the place of a top-level statement: the gradients that are complete after it."""
    places = {place_in_text(node): place for place, node in enumerate(tops)}
    section = tops_of(trial)
    last: dict[str, int] = {}
    for statement in statements_of(trial):
        top = section[statement.top]
        place = places.get(place_in_text(top))
        for name in statement.writes:
            if place is not None:
                last[name] = max(place, last.get(name, -1))
    complete: dict[int, list[str]] = {}
    for name, place in last.items():
        complete.setdefault(place, []).append(name)
    return complete
