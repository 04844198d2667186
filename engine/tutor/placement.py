"""Where written gradients go in a program's text: every other line stays as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..program.cells import split
from ..program.program import Program, Section
from ..program.statements import Statement
from ..rules.derivation.derive import Derived


def holes(program: Program) -> dict[str, Statement]:
    """The gradients that stand as `dX = ...` at the top level of the backward section."""
    return {name: s for s in program.statements if s.always for name in s.holes}


def gradient_lines(program: Program, derived: Derived, above: str = "") -> list[str]:
    """The lines of a gradient under the forward lines that they come from, unless `above` says those."""
    comments = [
        f"# {program.lines[line - 1].strip()}"
        for line in dict.fromkeys(use.line for use in derived.contributions)
        if line
    ]
    if "\n".join(comments) == above:
        comments = []
    lines = list(derived.lines) or [f"{derived.name} = ...  # {derived.reason}"]
    return [*comments, *lines]


def _block(program: Program, gradients: Iterable[Derived]) -> list[str]:
    lines: list[str] = []
    above = ""
    for derived in gradients:
        written = gradient_lines(program, derived, above)
        comments = [line for line in written if line.startswith("#")]
        above = "\n".join(comments) or above
        if comments and lines:
            lines.append("")
        lines += written
    return lines


def with_backward(program: Program, gradients: Sequence[Derived]) -> str:
    """The program with its backward section anew; narration between its cells stays."""
    block = _block(program, gradients)
    section = program.section("backward")
    if section is None:
        return _with_new_section(program, block)
    cells = [
        cell
        for cell in split(program.lines)
        if not cell.narration and section.first_line <= cell.first and cell.last <= _end(program, section)
    ]
    lines = list(program.lines)
    for cell in reversed(cells[1:]):
        del lines[(cell.marker or cell.first) - 1 : cell.last]
    lines[cells[0].first - 1 : cells[0].last] = block
    return "\n".join(lines) + ("" if lines[-1] == "" else "\n")


def _end(program: Program, section: Section) -> int:
    following = [s.title_line for s in program.sections if (s.title_line or 0) > section.first_line]
    return min((line for line in following if line is not None), default=len(program.lines) + 1) - 1


def _with_new_section(program: Program, block: Sequence[str]) -> str:
    update = program.section("update")
    lines = list(program.lines)
    while lines and not lines[-1].strip():
        lines.pop()
    at = update.title_line - 1 if update is not None and update.title_line else len(lines)
    lines[at:at] = ["# %% backward", *block]
    return "\n".join(lines) + "\n"


def with_gradients(program: Program, gradients: Sequence[Derived]) -> str:
    """The program with these gradients in their places, every other line as it was.

    A gradient written as `dX = ...` is replaced where it stands; any other goes before the first line
    that reads it, or to the end of the section.
    """
    section = program.section("backward")
    if section is None:
        return _with_new_section(program, _block(program, gradients))
    lines = list(program.lines)
    end = max((node.end_lineno or node.lineno for node in section.tree.body), default=section.first_line - 1)
    places = _places(program, section, gradients, end + 1)
    marked = holes(program)
    for at in sorted(set(places.values()), reverse=True):
        here = [derived for derived in gradients if places[derived.name] == at]
        replaced = next((marked[derived.name] for derived in here if derived.name in marked), None)
        last = at - 1 if replaced is None else replaced.end_line
        lines[at - 1 : last] = [line for derived in here for line in gradient_lines(program, derived)]
    return "\n".join(lines)


def _places(program: Program, section: Section, gradients: Sequence[Derived], end: int) -> dict[str, int]:
    """The line before which each goes: the first that reads it, be that a line that is itself new."""
    marked = holes(program)
    places: dict[str, int] = {}
    for derived in reversed(gradients):
        old = [s.line for s in section.statements if derived.name in s.reads]
        new = [
            places[reader.name]
            for reader in gradients
            if reader.name in places and derived.name in _read_by(reader)
        ]
        places[derived.name] = marked[derived.name].line if derived.name in marked else min([*old, *new, end])
    return places


def _read_by(derived: Derived) -> set[str]:
    return {use.upstream for use in derived.contributions}


class CannotPlace(Exception):
    """A gradient's lines cannot be exchanged. The message is a sentence for the user."""


def with_line(program: Program, derived: Derived) -> str:
    """The program with this gradient's lines in place of what stands for it, if anything does.

    Raises:
        CannotPlace: what stands for it is more than the gradient's own lines.
    """
    section = program.section("backward")
    old = [s for s in section.statements if derived.name in s.writes] if section is not None else []
    if not old or derived.name in holes(program):
        return with_gradients(program, [derived])
    for statement in old:
        if set(statement.writes) != {derived.name} or not statement.always:
            raise CannotPlace(f"line {statement.line} does more than write {derived.name}; change it by hand")
    lines = list(program.lines)
    for statement in reversed(old):
        new = list(derived.lines) if statement is old[0] else []
        lines[statement.line - 1 : statement.end_line] = new
    return "\n".join(lines)
