"""A file without titles as a program: where its iteration is, and what stands for what in it."""

from __future__ import annotations
import __future__

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from ..around import Block, Level, blocks_around
from ..cells import split
from ..depth import as_deep_as_python
from ..found import Found
from ..items.kinds import Kinds, kinds_of
from ..items.naming_of_items import with_items, with_made
from ..items.places import as_names, held_in, unpacked_in
from ..items.reaching import with_reach
from ..names import own_nodes
from ..naming import NamingScheme
from ..naming_by_fit import pairs_of, scheme_of, with_others
from ..program import BETWEEN, Program, ProgramError
from ..section import Section
from ..statements import statements_of
from ..titles import titles_in
from .again import Marks, parted
from .comments import as_commented
from .function_words import words_of_call
from .functions import Dissolved, dissolved
from .layout import before_region, layout_of
from .losses import losses_in
from .opened import opened
from .own_function import OwnFunction, lines_of, own_functions, why_not
from .parameters import lists_of_names, parameters_of
from .pieces import bound_names, forget, opaque_names, pieces_of
from .refusals import Refusal, adding_up, no_region, of_numpy, pattern_refusal, syntax_refusal
from .regions import Region, regions_in
from .stepped_function import stepped
from .trunk import trunk_of, with_numbers_taken_out, without_grad_modes
from .words import asides, name_of, numbers_of, words_of

_Place = Region | OwnFunction
"""Where an iteration can be."""


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
    where = str(path or name)
    tree = _tree(lines, where)
    _refuse(of_numpy(tree), where)
    naming, trunk, apart = _named(tree, gradient)
    places: list[_Place] = [*_places(lines, naming, trunk), *_functions(trunk)]
    if not places:
        named = bool(gradient) and not naming.tensors
        _refuse(pattern_refusal(naming.scheme) if named else no_region(tree, trunk, apart.refused), where)
    names = tuple(_name_of(one, _marks(lines)) for one in places)
    place = _chosen(places, choice, names, where)
    if isinstance(place, OwnFunction):
        parts = _of_function(place, trunk, lines, gradient, where)
    else:
        parts = _of_region(place, trunk, lines, naming, where)
    asides_of = (*apart.asides, *parts.found.asides)
    found = structs.replace(parts.found, choice=choice, choices=names, asides=asides_of)
    return Program(
        name,
        path,
        text,
        parts.sections,
        lines,
        naming=parts.naming,
        loss=parts.loss,
        parameters=parts.parameters,
        seeded_again=False,
        around=parts.around,
        found=found,
        flags=_flags(tree),
        kinds=naming.kinds,
    )


class _Parts(NamedTuple):
    """What a place for the iteration makes of a file."""

    sections: tuple[Section, ...]
    naming: NamingScheme
    loss: str
    parameters: tuple[str, ...]
    found: Found
    around: tuple[Level, ...] = ()


def _of_region(
    region: Region, trunk: Sequence[ast.stmt], lines: tuple[str, ...], naming: _Naming, where: str
) -> _Parts:
    """A block with its gradients beside its forward."""
    _refuse(adding_up(region), where)
    lists = lists_of_names(trunk)
    parameters = parameters_of(region, before_region(region), lists)
    layout = layout_of(region, parameters, lists)
    found = words_of(region, layout, parameters, lists, lines, _marks(lines))
    blocks: Mapping[str, Block] = {
        "setup": layout.setup,
        "parameters": layout.parameters,
        "forward": layout.forward,
        "backward": layout.backward,
        "update": layout.update,
        BETWEEN: tuple(blocks_around(layout.levels)),
    }
    found = structs.replace(found, asides=asides(region, lines))
    scheme = with_made(naming.scheme, naming.names, held_in(layout.forward))
    return _Parts(_sections(blocks, lines), scheme, region.loss, parameters, found, layout.levels)


def _of_function(
    function: OwnFunction, trunk: Sequence[ast.stmt], lines: tuple[str, ...], gradient: str, where: str
) -> _Parts:
    """One call of a `torch.autograd.Function`."""
    _refuse(why_not(function, trunk), where)
    call = stepped(function, trunk, gradient)
    sections = _sections(call.blocks, lines, lines_of(function))
    return _Parts(sections, call.scheme, call.loss, (), words_of_call(function, call, lines))


class _Naming(NamedTuple):
    """How gradients are named, and of which tensors they are."""

    scheme: NamingScheme
    tensors: frozenset[str]
    names: frozenset[str]
    kinds: Kinds


def _named(tree: ast.Module, gradient: str) -> tuple[_Naming, list[ast.stmt], Dissolved]:
    """The naming of the gradients, the statements that run one after the other, and what was taken apart."""
    apart = dissolved(trunk_of(with_numbers_taken_out(tree)), gradient)
    kinds = kinds_of(apart.block)
    apart = replace(apart, block=_with_names(apart.block, kinds))
    names = bound_names(apart.block) - opaque_names(apart.block)
    losses = losses_in(pieces_of(apart.block), NamingScheme())
    held = held_in([*apart.block, *opened(apart.block, kinds)])
    every = sorted({*names, *held.loaded, *held.stored})
    scheme = NamingScheme(gradient) if gradient else scheme_of(every, losses)
    scheme = with_others(scheme, names) if pairs_of(scheme, names) else scheme
    loops = [part for top in apart.block for part in own_nodes(top) if isinstance(part, ast.For | ast.While)]
    scheme = with_items(scheme, names, held, unpacked_in(loops))
    tensors = frozenset(pairs_of(scheme, names).values()).union(tensor for tensor, _ in scheme.exceptions)
    trunk = without_grad_modes(apart.block, lambda block: _trains(block, scheme, tensors))
    return _Naming(scheme, tensors, frozenset(names), kinds), trunk, apart


def _with_names(block: Sequence[ast.stmt], kinds: Kinds) -> list[ast.stmt]:
    """The statements, in which what others hold has names."""
    named = as_names(block, kinds)
    for node in (part for top in named for part in ast.walk(top)):
        if isinstance(node, ast.stmt):
            forget(node)
    return named


def _places(lines: tuple[str, ...], naming: _Naming, trunk: Sequence[ast.stmt]) -> list[Region]:
    """Where the iteration can be, the likeliest first."""
    scheme, tensors, marks = naming.scheme, naming.tensors, _marks(lines)
    whole = regions_in(trunk, scheme, tensors) or regions_in(trunk, scheme, tensors, with_loss=False)
    regions = _in_order([part for region in whole for part in parted(region, marks)])
    commented = [as_commented(region, lines) for region in regions]
    return _bordered(commented, titles_in(lines, ("forward", "backward", "update")))


def _marks(lines: tuple[str, ...]) -> Marks:
    return [cell.marker for cell in split(lines) if cell.marker and not cell.narration]


def _functions(trunk: Sequence[ast.stmt]) -> list[OwnFunction]:
    """The file's own Functions, those that can be stepped before the others."""
    return sorted(own_functions(trunk), key=lambda one: why_not(one, trunk) is not None)


def _name_of(place: _Place, marks: Marks) -> str:
    return place.words if isinstance(place, OwnFunction) else name_of(place, marks)


def _chosen(places: Sequence[_Place], choice: int, names: Sequence[str], where: str) -> _Place:
    if choice < len(places):
        return places[choice]
    named = "; ".join(f"{number} {name}" for number, name in enumerate(names, 1))
    message = f"there is no place number {choice + 1} for the iteration"
    raise ProgramError(message, path=where, hint=f"There are: {named}")


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


def _refuse(refusal: Refusal | None, where: str) -> None:
    if refusal is not None:
        raise ProgramError(refusal.message, path=where, line=refusal.line, hint=refusal.hint)


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


def _sections(
    blocks: Mapping[str, Block], lines: tuple[str, ...], apart: Mapping[str, frozenset[int]] | None = None
) -> tuple[Section, ...]:
    """The sections that there are; lines that are told `apart` are those of one section and of no other."""
    sections: list[Section] = []
    elsewhere = frozenset[int]().union(*(apart or {}).values())
    for kind, block in blocks.items():
        nodes = [node for node in block if not _of_the_future(node)]
        if nodes:
            numbers = (apart or {}).get(kind) or frozenset(numbers_of(nodes)) - elsewhere
            first = sum(len(section.statements) for section in sections)
            sections.append(_section(kind, nodes, lines, first, numbers or frozenset(numbers_of(nodes))))
    return with_reach(sections)


def _of_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _section(
    kind: str, nodes: list[ast.stmt], lines: tuple[str, ...], first: int, numbers: frozenset[int]
) -> Section:
    tree = ast.fix_missing_locations(ast.Module(body=nodes, type_ignores=[]))
    statements = statements_of(tree, kind, lines, first)
    return Section(kind, None, min(numbers), max(numbers), tree, statements, numbers)
