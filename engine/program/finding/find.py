"""A file without titles as a program: where its iteration is, and what stands for what in it."""

from __future__ import annotations
import __future__

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..around import Block, blocks_around
from ..cells import ASIDE, split
from ..depth import as_deep_as_python
from ..found import Found, listed, spans_of
from ..naming import NamingScheme
from ..naming_by_fit import pairs_of, scheme_of, with_others
from ..program import BETWEEN, Program, ProgramError, Section
from ..statements import statements_of
from ..titles import titles_in
from .again import Marks, cell_of, parted
from .comments import as_commented
from .functions import dissolved
from .layout import Layout, before_region, layout_of
from .losses import losses_in
from .parameters import changed_by, lists_of_names, parameters_of
from .pieces import Piece, bound_names, opaque_names, pieces_of
from .refusals import Refusal, adding_up, no_region, of_numpy, pattern_refusal, syntax_refusal
from .regions import Region, regions_in
from .trunk import trunk_of, with_numbers_taken_out, without_grad_modes


@as_deep_as_python()
def find(
    text: str,
    name: str,
    path: Path | None = None,
    *,
    choice: int = 0,
    gradient: str = "",
) -> Program:
    """The program that a file without titles is. `choice` is the number of a place for the iteration.

    Raises:
        ProgramError: a syntax error, or no iteration was found; what was found is said.
    """
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    tree = _tree(lines, str(path) if path else name)
    where = str(path or name)
    refusal = of_numpy(tree)
    if refusal is not None:
        raise _error(refusal, where)
    apart = dissolved(trunk_of(with_numbers_taken_out(tree)))
    trunk = apart.block
    names = bound_names(trunk) - opaque_names(trunk)
    losses = losses_in(pieces_of(trunk), NamingScheme())
    scheme = NamingScheme(gradient) if gradient else scheme_of(sorted(names), losses)
    scheme = with_others(scheme, names) if pairs_of(scheme, names) else scheme
    tensors = frozenset(pairs_of(scheme, names).values())
    trunk = without_grad_modes(trunk, lambda block: _trains(block, scheme, tensors))
    marks = [cell.marker for cell in split(lines) if cell.marker and not cell.narration]
    found_there = regions_in(trunk, scheme, tensors) or regions_in(trunk, scheme, tensors, with_loss=False)
    regions = _in_order([part for region in found_there for part in parted(region, marks)])
    regions = [as_commented(region, lines) for region in regions]
    regions = _bordered(regions, titles_in(lines, ("forward", "backward", "update")))
    if not regions and gradient and not tensors:
        raise _error(pattern_refusal(scheme), where)
    if not regions:
        raise _error(no_region(tree, trunk, apart.refused), where)
    if choice >= len(regions):
        places = "; ".join(f"{number} {_name(one, marks)}" for number, one in enumerate(regions, 1))
        message = f"there is no place number {choice + 1} for the iteration"
        raise ProgramError(message, path=str(path or name), hint=f"There are: {places}")
    region = regions[choice]
    refusal = adding_up(region)
    if refusal is not None:
        raise _error(refusal, where)
    lists = lists_of_names(trunk)
    parameters = parameters_of(region, before_region(region), lists)
    layout = layout_of(region, parameters, lists)
    sections = _sections(layout, lines)
    found = Found(
        where=_where(region, layout, lines, marks),
        loops=tuple(level.line for level in layout.levels if level.loops),
        parameters=parameters,
        loss="" if region.given else region.loss,
        loss_line=_loss_line(region, layout),
        forward=spans_of(_numbers(layout.forward), lines),
        backward=spans_of(_from_first(layout.backward, region.written), lines),
        update=spans_of(_from_first(layout.update, parameters, lists), lines),
        gradient=region.scheme.pattern,
        named_otherwise=tuple(name for _, name in region.scheme.exceptions if name in region.written),
        choice=choice,
        choices=tuple(_name(one, marks) for one in regions),
        again=region.again,
        titled=bool(region.borders),
        asides=(*apart.asides, *_asides(region, lines)),
    )
    return Program(
        name,
        path,
        text,
        sections,
        lines,
        naming=scheme,
        loss=region.loss,
        parameters=parameters,
        seeded_again=False,
        around=layout.levels,
        found=found,
        flags=_flags(tree),
    )


def _tree(lines: Sequence[str], where: str) -> ast.Module:
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError as problem:
        refusal = syntax_refusal(problem)
        raise ProgramError(
            refusal.message, path=where, line=refusal.line, column=problem.offset, hint=refusal.hint
        ) from None
    except (ValueError, RecursionError, MemoryError) as problem:
        raise ProgramError(f"Python cannot read this: {problem}", path=where) from None


def _error(refusal: Refusal, where: str) -> ProgramError:
    return ProgramError(refusal.message, path=where, line=refusal.line, hint=refusal.hint)


def _flags(tree: ast.Module) -> int:
    """What `from __future__` asks for; the statement itself is nothing that could run anywhere."""
    flags = 0
    for node in list(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            flags |= sum(getattr(__future__, alias.name).compiler_flag for alias in node.names)
    return flags


def _trains(block: Sequence[ast.stmt], scheme: NamingScheme, tensors: Collection[str]) -> bool:
    """Whether a block binds gradients or a loss: what keeps autograd out of it is ours to decide."""
    pieces = pieces_of(block)
    gradients = any(piece.bound_for_real(lambda name: scheme.tensor(name) in tensors) for piece in pieces)
    return gradients or bool(losses_in(pieces, scheme))


def _in_order(regions: Sequence[Region]) -> list[Region]:
    """The loops first, the last of them before the others, then straight code."""
    loops = [region for region in regions if region.loop is not None]
    return [*reversed(loops), *(region for region in regions if region.loop is None)]


def _bordered(regions: list[Region], borders: Mapping[str, int]) -> list[Region]:
    """The region that titles stand in first, with the borders that they say."""
    titled = [replace(region, borders=borders) for region in regions] if borders else []
    inside = [region for region in titled if any(map(region.begins_with, borders))]
    if not inside:
        return regions
    first = replace(inside[0], turn=inside[0].begins_with("backward") or inside[0].turn)
    return [first, *(region for region in regions if region.path != first.path)]


def _sections(layout: Layout, lines: tuple[str, ...]) -> tuple[Section, ...]:
    blocks: Mapping[str, Block] = {
        "setup": layout.setup,
        "parameters": layout.parameters,
        "forward": layout.forward,
        "backward": layout.backward,
        "update": layout.update,
        BETWEEN: tuple(blocks_around(layout.levels)),
    }
    sections: list[Section] = []
    for kind, block in blocks.items():
        nodes = [node for node in block if not _of_the_future(node)]
        if nodes:
            first = sum(len(section.statements) for section in sections)
            sections.append(_section(kind, nodes, lines, first))
    return tuple(sections)


def _of_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _section(kind: str, nodes: list[ast.stmt], lines: tuple[str, ...], first: int) -> Section:
    tree = ast.fix_missing_locations(ast.Module(body=nodes, type_ignores=[]))
    numbers = _numbers(nodes)
    statements = statements_of(tree, kind, lines, first)
    return Section(kind, None, min(numbers), max(numbers), tree, statements, frozenset(numbers))


def _numbers(nodes: Sequence[ast.stmt]) -> list[int]:
    return [number for node in nodes for number in Piece(node).lines]


def _loss_line(region: Region, layout: Layout) -> int | None:
    lines = [node.lineno for node in layout.forward if region.loss in Piece(node).binds]
    return None if region.given or not lines else lines[-1]


def _asides(region: Region, lines: Sequence[str]) -> tuple[str, ...]:
    notes: list[str] = []
    if region.given:
        line = region.pieces[region.turn - 1].node.lineno
        given = f"{region.given} (line {line}) is taken as given"
        notes.append(f"no loss is computed: {given}, and what is made from it is judged")
    magics = [number for number, line in enumerate(lines, 1) if line.startswith(ASIDE)]
    if magics:
        plural, verb = ("s", "are") if len(magics) > 1 else ("", "is")
        spans = listed(spans_of(magics, ("x",) * len(lines)))
        notes.append(f"line{plural} {spans} {verb} no Python and {verb} left out")
    return tuple(notes)


def _from_first(
    block: Block, names: Collection[str], lists: Mapping[str, frozenset[str]] | None = None
) -> list[int]:
    """The lines from the first to the last statement that writes one of the names."""
    pieces = pieces_of(block)
    writing = [at for at, piece in enumerate(pieces) if not changed_by(piece, lists or {}).isdisjoint(names)]
    nodes = [piece.node for piece in pieces[writing[0] : writing[-1] + 1]] if writing else []
    return _numbers(nodes)


def _where(region: Region, layout: Layout, lines: Sequence[str], marks: Marks) -> str:
    if region.loop is not None or region.again:
        return _name(region, marks)
    parts = (layout.forward, layout.backward, layout.update)
    spans = spans_of([number for part in parts for number in _numbers(part)], lines)
    return f"lines {listed(spans)}"


def _name(region: Region, marks: Marks) -> str:
    if region.loop is not None:
        return f"the loop in line {region.loop.lineno}"
    writing = [piece for piece in region.rest if piece.bound_for_real(region.is_gradient)]
    first = writing[0]
    if not marks:
        return f"the lines from {first.node.lineno} on"
    names = sorted(region.written, key=lambda name: min(_lines_of(writing, name)))
    cells = sorted({cell_of(piece, marks) for piece in writing})
    where = f"cell {cells[0]}" if len(cells) == 1 else f"cells {cells[0]}–{cells[-1]}"
    return f"{where}: {', '.join(names[:3])}{' once more' if region.again else ''}"


def _lines_of(pieces: Sequence[Piece], name: str) -> list[int]:
    return [piece.node.lineno for piece in pieces if name in piece.writes]
