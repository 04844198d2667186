"""Gradients that no line of a program writes, by its text."""

from __future__ import annotations

from typing import NamedTuple

from .program import Program


class Holes(NamedTuple):
    """Names of gradients that no line writes."""

    marked: frozenset[str]
    """Written as `dX = ...` and in no other way."""
    absent: frozenset[str]
    """Read, and not written at all. Whether they pair with a tensor shows when the forward has run."""


def holes_of(program: Program) -> Holes:
    """The gradients that the backward section does not write."""
    section = program.section("backward")
    statements = section.statements if section is not None else ()
    read = {name for s in statements for name in s.reads if program.naming.tensor(name)}
    written = {name for s in statements for name in s.writes}
    really = {name for s in statements for name in {*s.writes} - s.unwritten}
    before = {name for s in program.statements if s.section != "backward" for name in s.writes}
    return Holes(frozenset(written - really), frozenset(read - written - before))
