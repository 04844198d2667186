"""A program in which the calls of layer functions are stepped: their statements stand in its sections."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ..frame import MARK, Frame, frame_of, hands_on, is_inside, returns
from ..items.naming_of_items import with_all_items
from ..items.places import held_in
from ..items.reaching import with_reach
from ..names import is_place, stored_names
from ..naming import DX, NamingScheme
from ..naming_by_fit import pairs_of, scheme_of
from ..program import BEGINNING, Program
from ..reachability import BY_TEXT
from ..section import Section
from ..statements import statements_of
from .callees import Callees
from .expansion import Expansion, Key
from .links import links_of
from .plain_functions import bound_outside, certain_functions
from .stubs import beginnings, begun, is_stub

_STEPPED = ("forward", "backward")


def with_frames(program: Program) -> Program:
    """The program, with the functions taken apart that hold its backward, and those they are given by."""
    blocks = {section.kind: section.tree.body for section in program.sections}
    if "backward" not in blocks or not _may_have_any(program, blocks):
        return program
    callees = Callees(blocks)
    if not callees:
        return program
    naming = without_frames(program.naming)
    stubs = certain_functions(blocks, is_stub)
    begin = beginnings(stubs, callees, program.kinds, blocks, naming) if stubs else {}
    callees = callees.with_functions({name: begun(stubs[name], lines) for name, lines in begin.items()})
    bound = bound_outside(blocks)
    every = Expansion(callees, program.kinds, lambda key: True, bound=bound)
    trees = _expanded(every, blocks)
    naming = _fitting(naming, {**blocks, **trees})
    wanted = _worth_it(every, trees, naming)
    if not wanted:
        return program
    counts = Counter(name for name in wanted.values() if name)
    expansion = Expansion(callees, program.kinds, wanted.__contains__, counts, bound)
    trees = _expanded(expansion, blocks)
    if again := _bound_again(trees["backward"]):
        expansion = Expansion(callees, program.kinds, wanted.__contains__, counts, bound, again=again)
        trees = _expanded(expansion, blocks)
    links = links_of(trees["forward"], trees["backward"], naming, expansion.returned)
    pairs = tuple(pair for some in links.pairs.values() for pair in some)
    naming = replace(naming, exceptions=(*naming.exceptions, *pairs))
    naming = with_all_items(naming, {kind: trees.get(kind, block) for kind, block in blocks.items()})
    return replace(program, sections=_sections(program, trees), naming=naming, beginnings=begin)


def _expanded(expansion: Expansion, blocks: Mapping[str, list[ast.stmt]]) -> dict[str, list[ast.stmt]]:
    return {kind: expansion.block(blocks[kind], names_results=kind == "forward") for kind in _STEPPED}


def _bound_again(block: Iterable[ast.stmt]) -> frozenset[str]:
    """Names of which what calls return is bound to several."""
    bound = Counter(name for node in block if returns(node) or hands_on(node) for name in stored_names(node))
    return frozenset(name for name, times in bound.items() if times > 1)


def without_frames(naming: NamingScheme) -> NamingScheme:
    """A naming without what pairs in calls."""
    own = tuple(pair for pair in naming.exceptions if not any(map(is_inside, pair)))
    return replace(naming, exceptions=own)


def _may_have_any(program: Program, blocks: Mapping[str, list[ast.stmt]]) -> bool:
    """Whether functions are defined, and their names mean for certain what they say."""
    beginning = [node for kind in BEGINNING for node in blocks.get(kind, ())]
    if not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in beginning) or BY_TEXT.search(
        program.text
    ):
        return False
    every = [node for block in blocks.values() for top in block for node in ast.walk(top)]
    return not any(
        (isinstance(node, ast.Name) and MARK in node.id) or (isinstance(node, ast.alias) and node.name == "*")
        for node in every
    )


def _fitting(naming: NamingScheme, blocks: Mapping[str, Sequence[ast.stmt]]) -> NamingScheme:
    """The naming by which what methods bind are gradients, where it says nothing of these."""
    names = held_in(node for block in blocks.values() for node in block).all
    if naming.pattern != DX.pattern or pairs_of(naming, names):
        return naming
    written = held_in(blocks["backward"]).stored
    return replace(naming, pattern=scheme_of(names, written=written).pattern)


def _worth_it(every: Expansion, trees: Mapping[str, list[ast.stmt]], scheme: NamingScheme) -> dict[Key, str]:
    """The calls that are taken apart, each with its function's name, and the passes that they stand in."""
    backward = trees["backward"]
    links = links_of(trees["forward"], backward, scheme, every.returned)
    kept = set(links.early)
    for frame, reached in links.reached.items():
        writes = _binds_gradients(frame, links.pairs[frame]) or _works_out(frame, backward, scheme)
        if reached and writes and frame not in links.shared:
            kept |= {frame, *reached}
    shared = {one for frame in links.shared for one in frame.chain}
    keys = [key for key, frame in every.frames.items() if frame in kept - shared]
    keys = [key for key in keys if shared.isdisjoint(every.frames[key].chain)]
    around = {key[:length]: "" for key in keys for length in range(1, len(key) + 1)}
    return around | {key: frame.function for key, frame in every.frames.items() if key in around}


def _binds_gradients(frame: Frame, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether a function writes what pairs with a tensor; what it is given does not count."""
    return any(gradient not in frame.given for _, gradient in pairs)


def _works_out(frame: Frame, backward: Iterable[ast.stmt], scheme: NamingScheme) -> bool:
    """Whether a function works out what it returns where it returns it, or binds gradients of its object."""
    own = [node for node in backward if frame_of(node) == frame]
    held = {name for node in own for name in stored_names(node) if is_place(name)}
    return any(map(returns, own)) or any(map(scheme.tensor, held))


def _sections(program: Program, trees: Mapping[str, list[ast.stmt]]) -> tuple[Section, ...]:
    sections: list[Section] = []
    for section in program.sections:
        first = sum(len(one.statements) for one in sections)
        tree = ast.Module(trees.get(section.kind, section.tree.body), type_ignores=[])
        statements = statements_of(tree, section.kind, program.lines, first)
        sections.append(replace(section, tree=tree, statements=statements))
    return with_reach(sections)
