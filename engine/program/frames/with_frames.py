"""A program in which the calls of layer functions are stepped: their statements stand in its sections."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ..frame import MARK, Frame, frame_of, is_inside
from ..items.reaching import with_reach
from ..naming import NamingScheme
from ..program import BEGINNING, Program
from ..reachability import BY_TEXT
from ..section import Section
from ..statements import statements_of
from .expansion import Expansion, Key
from .links import links_of
from .plain_functions import bound_outside, certain_functions, plain_functions
from .stubs import beginnings, begun, is_stub

_STEPPED = ("forward", "backward")


def with_frames(program: Program) -> Program:
    """The program, with the functions taken apart that hold its backward, and those they are given by."""
    blocks = {section.kind: section.tree.body for section in program.sections}
    if "backward" not in blocks or not _may_have_any(program, blocks):
        return program
    functions = plain_functions(blocks)
    if not functions:
        return program
    naming = without_frames(program.naming)
    stubs = certain_functions(blocks, is_stub)
    begin = beginnings(stubs, functions, blocks, naming) if stubs else {}
    functions |= {name: begun(stubs[name], lines) for name, lines in begin.items()}
    bound = bound_outside(blocks)
    wanted = _worth_it(Expansion(functions, lambda key: True, bound=bound), blocks, naming)
    if not wanted:
        return program
    counts = Counter(name for _, name in wanted)
    keys = {key for key, _ in wanted}
    expansion = Expansion(functions, keys.__contains__, counts, bound)
    trees = _expanded(expansion, blocks)
    links = links_of(trees["forward"], trees["backward"], naming, expansion.returned)
    pairs = tuple(pair for some in links.pairs.values() for pair in some)
    naming = replace(naming, exceptions=(*naming.exceptions, *pairs))
    return replace(program, sections=_sections(program, trees), naming=naming, beginnings=begin)


def _expanded(expansion: Expansion, blocks: Mapping[str, list[ast.stmt]]) -> dict[str, list[ast.stmt]]:
    return {kind: expansion.block(blocks[kind], names_results=kind == "forward") for kind in _STEPPED}


def without_frames(naming: NamingScheme) -> NamingScheme:
    """A naming without what pairs in calls."""
    own = tuple(pair for pair in naming.exceptions if not any(map(is_inside, pair)))
    return replace(naming, exceptions=own)


def _may_have_any(program: Program, blocks: Mapping[str, list[ast.stmt]]) -> bool:
    """Whether functions are defined, and their names mean for certain what they say."""
    beginning = [node for kind in BEGINNING for node in blocks.get(kind, ())]
    if not any(isinstance(node, ast.FunctionDef) for node in beginning) or BY_TEXT.search(program.text):
        return False
    every = [node for block in blocks.values() for top in block for node in ast.walk(top)]
    return not any(
        (isinstance(node, ast.Name) and MARK in node.id) or (isinstance(node, ast.alias) and node.name == "*")
        for node in every
    )


def _worth_it(
    every: Expansion, blocks: Mapping[str, list[ast.stmt]], scheme: NamingScheme
) -> list[tuple[Key, str]]:
    """The calls that are taken apart, each with its function's name."""
    trees = _expanded(every, blocks)
    backward = trees["backward"]
    links = links_of(trees["forward"], backward, scheme, every.returned)
    kept = set(links.early)
    for frame, reached in links.reached.items():
        writes = _binds_gradients(frame, links.pairs[frame]) or _works_out(frame, backward)
        if reached and writes and frame not in links.shared:
            kept |= {frame, *reached}
    shared = {one for frame in links.shared for one in frame.chain}
    keys = [key for key, frame in every.frames.items() if frame in kept - shared]
    keys = [key for key in keys if shared.isdisjoint(every.frames[key].chain)]
    around = {key[:length] for key in keys for length in range(1, len(key) + 1)}
    return [(key, frame.function) for key, frame in every.frames.items() if key in around]


def _binds_gradients(frame: Frame, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether a function writes what pairs with a tensor; what it is given does not count."""
    return any(gradient not in frame.given for _, gradient in pairs)


def _works_out(frame: Frame, backward: Iterable[ast.stmt]) -> bool:
    """Whether a function works out what it returns where it returns it."""
    return any(
        frame_of(node) == frame and isinstance(node, ast.Assign) and not _binds_inside(node, frame)
        for node in backward
    )


def _binds_inside(node: ast.Assign, frame: Frame) -> bool:
    names = [part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return all(name.endswith(frame.suffix) for name in names)


def _sections(program: Program, trees: Mapping[str, list[ast.stmt]]) -> tuple[Section, ...]:
    sections: list[Section] = []
    for section in program.sections:
        first = sum(len(one.statements) for one in sections)
        tree = ast.Module(trees.get(section.kind, section.tree.body), type_ignores=[])
        statements = statements_of(tree, section.kind, program.lines, first)
        sections.append(replace(section, tree=tree, statements=statements))
    return with_reach(sections)
