"""Where written gradients go in a program's text: every other line stays as it was."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..program.cells import split
from ..program.names import is_place, read_names, with_roots
from ..program.program import Program
from ..program.section import Section
from ..program.statements import Statement, acts_in_test
from ..rules.derivation.derive import Derived
from .holders import blocks_of_holders, dictionaries_of, lines_of_holders
from .order import Block, blocks_of, ordered, without


@dataclass(frozen=True)
class Placed:
    """A program's text with gradients in it; those that have no place there are without lines."""

    text: str
    gradients: Sequence[Derived]


class CannotPlace(Exception):
    """A gradient's lines cannot be exchanged. The message is a sentence for the user."""


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


def _listed(program: Program, gradients: Iterable[Derived]) -> list[str]:
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


def with_backward(program: Program, gradients: Sequence[Derived]) -> Placed:
    """The program with its backward section anew; narration between its cells stays.

    So do, below the gradients, lines that make something else that is read outside of the section.
    """
    names = [derived.name for derived in gradients]
    listed = [*lines_of_holders(program, names), *_listed(program, gradients)]
    section = program.section("backward")
    if section is None:
        return Placed(_with_new_section(program, listed), gradients)
    if program.found is not None:
        return Placed(_between_others(program, section, listed, names), gradients)
    listed = [*_lines_at(program, blocks_of_holders(section, names)), *listed]
    listed += _kept(program, section, names)
    cells = [
        cell
        for cell in split(program.lines)
        if not cell.narration and section.first_line <= cell.first and cell.last <= _end(program, section)
    ]
    lines = list(program.lines)
    for cell in reversed(cells[1:]):
        del lines[(cell.marker or cell.first) - 1 : cell.last]
    lines[cells[0].first - 1 : cells[0].last] = listed
    return Placed("\n".join(lines) + ("" if lines[-1] == "" else "\n"), gradients)


def _between_others(program: Program, section: Section, listed: Sequence[str], names: Collection[str]) -> str:
    """A plain file with its gradients anew where the old ones stood, and every other line as it was.

    Lines between them that make something else that is read outside of the section stay below them.
    """
    own = dictionaries_of(names).union(names)
    writing = [block for block in blocks_of(section) if block.writes & own]
    inside = [block for block in blocks_of(section) if block.first >= writing[0].first] if writing else []
    last = max((block.last for block in writing), default=section.last_line)
    first = writing[0].first if writing else last + 1
    kept = _kept_blocks(program, section, [block for block in inside if block.last <= last], names)
    lines = list(program.lines)
    holders = _lines_at(program, blocks_of_holders(section, names))
    lines[first - 1 : last] = [*holders, *_indented(program, section, listed), *kept]
    return "\n".join(lines)


def _indented(program: Program, section: Section, lines: Iterable[str]) -> list[str]:
    """Lines as deep as the statements of a section stand; one that is empty stands at the margin."""
    if not section.tree.body:
        return list(lines)
    line = program.lines[section.tree.body[0].lineno - 1]
    indent = line[: len(line) - len(line.lstrip())]
    return [indent + line if line else line for line in lines]


def _kept(program: Program, section: Section, gradients: Collection[str]) -> list[str]:
    """The lines of the section that make what others read and what is no gradient that is written anew."""
    lines = _kept_blocks(program, section, blocks_of(section), gradients)
    return ["", *lines] if lines else []


def _kept_blocks(
    program: Program, section: Section, blocks: Sequence[Block], gradients: Collection[str]
) -> list[str]:
    read = [read_names(other.tree) for other in program.sections if other is not section]
    if program.found is not None and program.found.function:
        below = max((block.last for block in blocks), default=0)
        read = [block.reads for block in blocks_of(section) if block.first > below]  # its names are its own
    anew = {name for s in program.statements if s.section == "forward" for name in s.binds}
    above = dictionaries_of(gradients)
    wanted = frozenset[str]().union(*read) - anew.union(gradients, above)
    kept: list[Block] = []
    for block in reversed(blocks):
        if block.writes & wanted and block.writes.isdisjoint(gradients):
            kept.insert(0, block)
            wanted |= block.reads - set(gradients)
    return _lines_at(program, kept)


def _lines_at(program: Program, blocks: Iterable[Block]) -> list[str]:
    lines = dict.fromkeys(number for block in blocks for number in range(block.first, block.last + 1))
    return [program.lines[number - 1] for number in lines]


def _end(program: Program, section: Section) -> int:
    following = [s.title_line for s in program.sections if (s.title_line or 0) > section.first_line]
    return min((line for line in following if line is not None), default=len(program.lines) + 1) - 1


def _with_new_section(program: Program, listed: Sequence[str]) -> str:
    update = program.section("update")
    lines = list(program.lines)
    while lines and not lines[-1].strip():
        lines.pop()
    at = update.title_line - 1 if update is not None and update.title_line else len(lines)
    lines[at:at] = ["# %% backward", *listed]
    return "\n".join(lines) + "\n"


def with_gradients(
    program: Program,
    gradients: Sequence[Derived],
    early: Collection[str] = (),
    *,
    anew: Collection[str] = (),
) -> Placed:
    """The program with these gradients in their places, every other line as it was.

    A gradient written as `dX = ...` is replaced where it stands, if what it reads stands above; any other
    goes before the first line that reads it, or to the end of the section; one in `early` right below what
    it reads. The lines of those in `anew` are exchanged.

    Raises:
        CannotPlace: the lines of one in `anew` do more than write it.
    """
    section = program.section("backward")
    if section is None:
        holders = lines_of_holders(program, [derived.name for derived in gradients])
        return Placed(_with_new_section(program, [*holders, *_listed(program, gradients)]), gradients)
    names = {derived.name for derived in gradients}
    old: dict[int, Sequence[str]] = {
        s.top: s.holes for s in holes(program).values() if names.issuperset(s.holes)
    }
    for name in anew:
        old |= _own_blocks(section, name)
    return _exchanged(program, section, gradients, old, early)


def with_line(program: Program, derived: Derived) -> str:
    """The program with this gradient's lines in place of what stands for it, if anything does.

    Raises:
        CannotPlace: what stands for it is more than the gradient's own lines, or there is no place below
            what they read and above what reads them.
    """
    section = program.section("backward")
    if section is None:
        return with_gradients(program, [derived]).text
    name = derived.name
    own = _own_blocks(section, name)
    if not own or name in holes(program):
        placed = _exchanged(program, section, [derived], own)
    else:
        placed = _exchanged(program, section, [derived], own, lines_of=lambda _, one: list(one.lines))
    if not placed.gradients[0].lines:
        raise CannotPlace(placed.gradients[0].reason)
    return placed.text


def _own_blocks(section: Section, name: str) -> dict[int, Sequence[str]]:
    """The blocks that write a gradient, and nothing else."""
    for statement in section.statements:
        alone = (
            {*with_roots([name])}.issuperset(statement.writes)
            and statement.always
            and not acts_in_test(statement.node)
        )
        if name in statement.writes and not alone and not _says_none(statement, name):
            raise CannotPlace(f"line {statement.line} does more than write {name}; change it by hand")
    own = [s for s in section.statements if name in s.writes]
    return {s.top: (name,) for s in own if len(s.writes) == 1 or not _says_none(s, name)}


def _says_none(statement: Statement, name: str) -> bool:
    """Whether it binds a name to None, and others beside it: `dx, dw = None, None`."""
    match statement.node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            none = [one for one, value in zip(names, values, strict=False) if ast.unparse(value) == "None"]
            return any(isinstance(one, ast.Name) and one.id == name for one in none)
    return False


def _exchanged(
    program: Program,
    section: Section,
    gradients: Sequence[Derived],
    old: Mapping[int, Sequence[str]],
    early: Collection[str] = (),
    lines_of: Callable[[Program, Derived], list[str]] = gradient_lines,
) -> Placed:
    """The program with these gradients; `old` are the blocks that go, each with what stood there."""
    blocks = [
        without(block) if at in old and not block.shares else block
        for at, block in enumerate(blocks_of(section))
    ]
    wanted: dict[str, int] = {}
    for at, names in sorted(old.items()):
        for name in names if blocks[at].goes else ():
            wanted.setdefault(name, at)
    order = ordered(blocks, gradients, wanted, early)
    refused = order.refused
    gradients = [one.without_lines(refused[one.name]) if one.name in refused else one for one in gradients]
    lines = list(program.lines)
    begun = min((order.positions[one.name] for one in gradients if is_place(one.name)), default=-1)
    holders = lines_of_holders(program, [one.name for one in gradients if one.lines])
    for at in range(len(blocks), -1, -1):
        here = [derived for derived in gradients if order.positions[derived.name] == at]
        first, last = _span(program, section, blocks, at)
        if here or last >= first:
            new = holders if at == begun else []
            new = [*new, *(line for derived in here for line in lines_of(program, derived))]
            lines[first - 1 : last] = _indented(program, section, new)
    return Placed("\n".join(lines), gradients)


def _span(program: Program, section: Section, blocks: Sequence[Block], at: int) -> tuple[int, int]:
    """The lines that what is put before a block takes the place of: none, or those of a block that goes."""
    if at == len(blocks):
        end = blocks[-1].last if blocks else section.first_line - 1
        return end + 1, end
    if blocks[at].goes:
        return blocks[at].first, blocks[at].last
    first, above = blocks[at].first, blocks[at - 1].last if at else section.first_line - 1
    while first - 1 > above and _is_comment(program.lines[first - 2]):
        first -= 1
    return first, first - 1


def _is_comment(line: str) -> bool:
    """Whether it is one about the line below it, no title of a cell."""
    return line.lstrip().startswith("#") and not line.startswith("# %%")
