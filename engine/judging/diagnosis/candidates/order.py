"""Lines that are right by themselves and wrong where they stand: read too early, or overwritten before."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....program.statements import Statement
from ..edit import duplicate
from ..trial import Trial
from ..whole_section import run_whole, statements_of, tops_of
from ..wording import method


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
    judgement = trial.judgement
    if judgement.completed_in is not None:
        yield from _moved_behind(trial, judgement.completed_in, "read_too_early", judgement.message)
    if not trial.stands.right and not trial.without_overwriting().right:
        return
    culprit = _culprit(trial)
    if culprit is not None:
        statement, name = culprit
        words = f"line {statement.line} overwrites {name} in place before this line reads it"
        yield from _cloned(trial, statement, words)
        yield from _on_a_copy(trial, statement, name, words)
        own = next((line.statement for line in trial.lines if line.own), None)
        if own is not None:
            yield from _moved(trial, statement, own, "value_overwritten", words)


def _moved_behind(trial: Trial, number: int, kind: str, words: str) -> Iterator[Reorder]:
    behind = next((statement for statement in statements_of(trial) if statement.line == number), None)
    for line in trial.lines:
        if behind is not None and line.own:
            yield from _moved(trial, line.statement, behind, kind, words)


def _moved(trial: Trial, early: Statement, behind: Statement, kind: str, words: str) -> Iterator[Reorder]:
    """A statement moved to after another one."""
    if early.top >= behind.top or not (early.always and behind.always):
        return
    tops = tops_of(trial)
    between, after = tops[early.top + 1 : behind.top + 1], tops[behind.top + 1 :]
    moved = [*tops[: early.top], *between, tops[early.top], *after]
    lines = trial.bench.program.lines
    text = [*lines[early.end_line : behind.end_line], *lines[early.line - 1 : early.end_line]]
    yield Reorder(kind, words, moved, early, behind, "\n".join(text))


def _cloned(trial: Trial, culprit: Statement, words: str) -> Iterator[Reorder]:
    """The name that shares memory with a forward value bound to a copy of it instead."""
    tops = tops_of(trial)
    before = [s for s in statements_of(trial) if s.number < culprit.number and s.always]
    binding = [s for s in before if set(s.binds) & set(culprit.changes)]
    last = binding[-1] if binding else None
    if last is not None and isinstance(last.node, ast.Assign):
        value = method(last.node.value, "clone")
        new = ast.copy_location(ast.Assign(targets=last.node.targets, value=value), last.node)
        text = ast.unparse(ast.fix_missing_locations(new))
        edited = [*tops[: last.top], new, *tops[last.top + 1 :]]
        yield Reorder("value_overwritten", words, edited, last, last, text)


def _on_a_copy(trial: Trial, culprit: Statement, name: str, words: str) -> Iterator[Reorder]:
    """What changes a forward value only to go on with it (`slope = a.pow_(2)`) on a copy instead."""
    if not isinstance(culprit.node, ast.Assign) or not culprit.always or name in culprit.binds:
        return
    tops = tops_of(trial)
    new = _Cloning(name).visit(duplicate(culprit.node))
    text = ast.unparse(ast.fix_missing_locations(new))
    edited = [*tops[: culprit.top], new, *tops[culprit.top + 1 :]]
    yield Reorder("value_overwritten", words, edited, culprit, culprit, text)


class _Cloning(ast.NodeTransformer):
    """A copy of what a name holds wherever it is read."""

    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Only where it is read."""
        if node.id != self.name or not isinstance(node.ctx, ast.Load):
            return node
        return ast.copy_location(method(node, "clone"), node)


def _culprit(trial: Trial) -> tuple[Statement, str] | None:
    """The first statement that changes in place what the forward left and these lines read."""
    read = frozenset[str]().union(*(line.statement.reads for line in trial.lines if line.own))
    changed = [(top, name) for top, name in run_whole(trial, tops_of(trial)).overwritten if name in read]
    tops = {top for top, _ in changed}
    changing = [s for s in statements_of(trial) if s.top in tops and s.changes]
    return (changing[0], changed[0][1]) if changing else None
