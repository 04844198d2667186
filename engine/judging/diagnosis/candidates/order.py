"""Lines that are right by themselves and wrong where they stand: read too early, or overwritten before."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

import torch
from torch import Tensor

from ....execution.steps import MISSING
from ....program.statements import Statement
from ..edit import compiled
from ..trial import Trial

_EARLY = re.compile(r"reads (\w+) before line (\d+) completes it")


@dataclass(frozen=True, eq=False)
class Reorder:
    """An edit of more than one line: what the section is to be, and the text of the lines that change."""

    kind: str
    message: str
    tops: Sequence[ast.stmt]
    first: Statement
    last: Statement
    text: str


def reorders(trial: Trial) -> Iterator[Reorder]:
    """What may be wrong with where the lines stand; nothing where they are wrong by themselves."""
    early = _EARLY.search(trial.judgement.message)
    if early is not None:
        yield from _moved_behind(trial, int(early[2]), "read_too_early", trial.judgement.message)
    if not trial.agrees(trial.value) and not trial.agrees(trial.value_without_overwriting()):
        return
    culprit = _culprit(trial)
    if culprit is not None:
        statement, name = culprit
        words = f"line {statement.line} overwrites {name} in place before this line reads it"
        yield from _cloned(trial, statement, words)
        own = next((line.statement for line in trial.lines if line.own), None)
        if own is not None:
            yield from _moved(trial, statement, own, "value_overwritten", words)


def _statements(trial: Trial) -> Sequence[Statement]:
    section = trial.bench.session.program.section("backward")
    return section.statements if section else ()


def _tops(trial: Trial) -> list[ast.stmt]:
    section = trial.bench.session.program.section("backward")
    return list(section.tree.body) if section else []


def _moved_behind(trial: Trial, line: int, kind: str, words: str) -> Iterator[Reorder]:
    behind = next((one for one in _statements(trial) if one.line == line), None)
    for one in trial.lines:
        if behind is not None and one.own:
            yield from _moved(trial, one.statement, behind, kind, words)


def _moved(trial: Trial, one: Statement, behind: Statement, kind: str, words: str) -> Iterator[Reorder]:
    """A statement moved to after another one."""
    if one.top >= behind.top or not (one.always and behind.always):
        return
    tops = _tops(trial)
    moved = [*tops[: one.top], *tops[one.top + 1 : behind.top + 1], tops[one.top], *tops[behind.top + 1 :]]
    lines = trial.bench.session.program.lines
    between = lines[one.end_line : behind.end_line]
    own = lines[one.line - 1 : one.end_line]
    yield Reorder(kind, words, moved, one, behind, "\n".join([*between, *own]))


def _cloned(trial: Trial, culprit: Statement, words: str) -> Iterator[Reorder]:
    """The name that shares memory with a forward value bound to a copy of it instead."""
    tops = _tops(trial)
    for one in reversed(_statements(trial)):
        node = one.node
        if one.number >= culprit.number or not set(one.binds) & set(culprit.changes) or not one.always:
            continue
        if isinstance(node, ast.Assign):
            value = ast.Call(ast.Attribute(node.value, "clone", ast.Load()), [], [])
            new = ast.copy_location(ast.Assign(targets=node.targets, value=value), node)
            text = ast.unparse(ast.fix_missing_locations(new))
            edited = [*tops[: one.top], new, *tops[one.top + 1 :]]
            yield Reorder("value_overwritten", words, edited, one, one, text)
        return


def _culprit(trial: Trial) -> tuple[Statement, str] | None:
    """The first statement that changes in place what the forward left and these lines read."""
    read = frozenset[str]().union(*(line.statement.reads for line in trial.lines if line.own))
    changed: list[tuple[int, str]] = []
    run_whole(trial, _tops(trial), changed)
    tops = {top for top, name in changed if name in read}
    found = [one for one in _statements(trial) if one.top in tops and one.changes]
    name = next((name for top, name in changed if name in read), "")
    return (found[0], name) if found else None


def run_whole(trial: Trial, tops: Sequence[ast.stmt], changed: list[tuple[int, str]]) -> Any:
    """The gradient's value after all lines in this order, every other gradient replaced once complete.

    Which top-level statement changes a value of the forward is noted in `changed`.
    """
    namespace, values = trial.bench.session.namespace, trial.bench.values
    originals = {name: value.clone() for name, value in values.items() if isinstance(value, Tensor)}
    for name in [name for name in namespace if name not in values and not name.startswith("__")]:
        del namespace[name]
    namespace.update(values)
    watched = {name: (values[name], values[name]._version) for name in originals}
    program = trial.bench.session.program
    codes = [compiled([top], program.filename) for top in tops]
    try:
        return _run(trial, tops, codes, watched, changed)
    except Exception:
        return MISSING
    finally:
        with torch.no_grad():
            for name, original in originals.items():
                if values[name]._version != watched[name][1]:
                    trial.bench.values[name] = original


def _run(
    trial: Trial,
    tops: Sequence[ast.stmt],
    codes: Sequence[CodeType],
    watched: dict[str, tuple[Tensor, int]],
    changed: list[tuple[int, str]],
) -> Any:
    namespace = trial.bench.session.namespace
    complete = _last_writes(trial, tops)
    value: Any = MISSING
    seen: set[str] = set()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for at, code in enumerate(codes):
            exec(code, namespace)
            for name, (tensor, version) in watched.items():
                if tensor._version != version and name not in seen:
                    seen.add(name)
                    changed.append((at, name))
            for name in complete.get(at, ()):
                if name == trial.name:
                    value = namespace[name].clone()
                elif name in trial.bench.given:
                    namespace[name] = trial.given(name).clone()
    return value


def _last_writes(trial: Trial, tops: Sequence[ast.stmt]) -> dict[int, list[str]]:
    """By the place of a top-level statement: the gradients that are complete after it."""
    place = {(node.lineno, node.col_offset): at for at, node in enumerate(tops)}
    section = _tops(trial)
    last: dict[str, int] = {}
    for one in _statements(trial):
        node = section[one.top]
        at = place.get((node.lineno, node.col_offset))
        for name in one.writes:
            if at is not None:
                last[name] = max(at, last.get(name, -1))
    found: dict[int, list[str]] = {}
    for name, at in last.items():
        found.setdefault(at, []).append(name)
    return found
