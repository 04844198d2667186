"""What may stand in the place of accused lines: the edited line, or derived ones that read what is there."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...program.items.places import parsed_lines
from ...program.program import Program
from ...program.statements import Statement
from ...rules.derivation.derive import Derived
from ..linecheck.lines.outcome import LineJudgement
from .diagnosis import Diagnosis, fresh_line
from .edit import place_in_text
from .slicing import reads_of
from .trial import Trial, part_of_statements
from .wording import written

Derivations = Mapping[str, Derived]
"""What the rules derive, by the name of the tensor."""


def with_suggestion(program: Program, judgement: LineJudgement, diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis with its edit as a suggestion, where that reads nothing that is bound below it only."""
    place = diagnosis.place
    if not diagnosis.edit or place is None or _reads_below(program, place.line, diagnosis.edit):
        return diagnosis
    fresh = fresh_line(program.lines, diagnosis)
    lines = tuple(range(place.line, place.end_line + 1))
    accused = judgement.accused_lines or judgement.lines
    if diagnosis.blames or place.line not in accused or len(accused) == 1:
        return replace(diagnosis, suggestion=fresh, instead_of=lines)
    texts = [fresh if line == place.line else program.lines[line - 1].strip() for line in accused]
    return replace(diagnosis, suggestion="\n".join(texts), instead_of=accused)


def _reads_below(program: Program, line: int, text: str) -> bool:
    """Whether statements read what no line above binds."""
    lines = parsed_lines(text, program.kinds)
    nodes = [node for line in lines for node in ast.walk(line)]
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and _stores(node)}
    read = reads_of(lines).names - bound
    here = next((s for s in program.statements if s.line == line), None)
    above = [s for s in program.statements if s.line < line or _around(s, here)]
    known = {name for s in above for name in (*s.writes, *s.reads)}
    below = {name for s in program.statements if s not in above for name in s.binds}
    return bool(read & below - known)


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _around(statement: Statement, here: Statement | None) -> bool:
    """Whether it stands in the same block: of a loop, the pass before has run it."""
    return here is not None and (statement.section, statement.top) == (here.section, here.top)


def derived_suggestion(trial: Trial, derivations: Derivations, diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis with lines that the rules derive, where they are right in the place of the accused ones.

    They read gradients that the program writes above them, and write the others themselves.
    """
    own = _own(trial)
    if not own or trial.judgement.accused_lines not in ((), trial.judgement.lines):
        return diagnosis
    lines = _chain(trial, derivations, own[-1])
    if not lines:
        return diagnosis
    kept = [written(s.node) for s in own if {*s.binds} - {trial.name}]
    nodes = [node for line in [*kept, *lines] for node in parsed_lines(line, trial.bench.program.kinds)]
    if diagnosis.kind != "no_path" and not _holds(trial, own, nodes):
        return diagnosis
    instead_of = tuple(s.line for s in own)
    return replace(diagnosis, suggestion="\n".join([*kept, *lines]), instead_of=instead_of)


def _own(trial: Trial) -> list[Statement]:
    """The statements that build the gradient; none where a block holds one."""
    program, lines = trial.bench.program, trial.judgement.lines
    own = [s for s in program.statements if s.line in lines and trial.name in s.writes]
    return own if all(s.always for s in own) else []


def _chain(trial: Trial, derivations: Derivations, last: Statement) -> list[str]:
    """The lines of the gradient, below those of gradients that they read and no line above completes."""
    program = trial.bench.program
    last_write = {name: s.line for s in program.statements for name in s.writes}
    given = {name for name in trial.bench.given if last_write.get(name, last.line) < last.line}
    lines, queue, seen = list[str](), [trial.tensor], set[str]()
    while queue:
        derived = derivations.get(queue.pop())
        if (
            derived is None
            or not derived.lines
            or (derived.name in last_write and derived.name != trial.name)
        ):
            return []
        if derived.tensor not in seen:
            seen.add(derived.tensor)
            lines = [*derived.lines, *lines]
            unread = [use for use in derived.contributions if use.upstream and use.upstream not in given]
            queue += [use.target for use in unread]
    return lines


def _holds(trial: Trial, own: Sequence[Statement], nodes: Sequence[ast.stmt]) -> bool:
    """Whether statements in the place of the gradient's own are right."""
    places = {place_in_text(s.node) for s in own}
    tops = [place_in_text(top) in places for top in trial.slice.tops]
    if not any(tops):
        return False
    rest = [part for part, is_own in zip(trial.parts, tops, strict=True) if not is_own]
    at = sum(not is_own for is_own in tops[: len(tops) - tops[::-1].index(True)])
    part = part_of_statements(trial.bench.program, nodes)
    return trial.outcome([*rest[:at], part, *rest[at:]]).right
