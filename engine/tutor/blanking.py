"""A program to practise on whose lines stand in functions, too: `dX = ...` in them, once for all calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ..program.analysis import ProgramFacts
from ..program.blanked import blankable, blanked
from ..program.frame import in_function, is_inside, own_name, suffix_of
from ..program.program import Program
from ..program.reading import read_again, with_calls_whole
from .function_lines import as_program
from .placement import CannotPlace


class Blanked(NamedTuple):
    """A text with holes, and what the gradients are called whose lines are gone."""

    text: str
    names: tuple[str, ...]


def blanked_everywhere(program: Program, names: Collection[str]) -> Blanked:
    """The program without the lines of these gradients, in functions and beside the calls of them.

    Calls stay, and so does what names parts of what a function is given.
    """
    gone: list[str] = []
    if program.takes_calls_apart:
        for function in dict.fromkeys(s.frame.function for s in program.statements if s.frame is not None):
            text, own = _blanked_inside(program, function, names)
            gone += own
            program = read_again(program, text, path=program.path) if own else program
    whole = with_calls_whole(program)
    wanted = blankable(whole, {*names} - _given_by_calls(program))
    kept = {name for name in names if not is_inside(name)}.difference(wanted)
    return Blanked(blanked(whole, wanted, kept), (*gone, *wanted))


def _blanked_inside(program: Program, function: str, names: Collection[str]) -> tuple[str, list[str]]:
    """The text without the lines of one function, and what the gradients are called."""
    facts = ProgramFacts(program)
    frames = {s.frame for s in program.statements if s.section == "backward" and s.frame is not None}
    suffixes = {frame.suffix for frame in frames if frame.function == function}
    given = {name for frame in frames for name in frame.given} | _given_by_calls(program)
    inside = [name for name in facts.candidates if suffix_of(name) in suffixes and name not in given]
    told = {own_name(name): in_function(name) for name in inside if in_function(name) in names}
    parts = {own_name(name) for one in facts.passed_on for name in one.binds if suffix_of(name) in suffixes}
    if not told:
        return program.text, []
    try:
        view = as_program(program, function)
    except CannotPlace:
        return program.text, []
    wanted = blankable(view, {*told})
    return blanked(view, wanted, parts | {*told}.difference(wanted)), [told[name] for name in wanted]


def _given_by_calls(program: Program) -> frozenset[str]:
    """What calls give: no line of the text computes it under its name."""
    late = [s for s in program.statements if s.section == "backward"]
    given = [s for s in late if s.hands_on or s.returns]
    return frozenset(name for s in given for name in s.binds)
