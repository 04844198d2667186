"""Lines of gradients placed in the function that they belong to, once for all its calls, and tried there."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as with_fields

from ..program.frame import Frame, own_name
from ..program.frames.stubs import begun_text, without_docstring
from ..program.frames.with_frames import without_frames
from ..program.program import BEGINNING, Program
from ..program.reading import read_again
from ..program.section import Section
from ..program.statements import statements_of
from ..rules.derivation.derive import Derived
from .in_functions import InFunctions, Place
from .placement import CannotPlace, Placed, holes, with_gradients, with_line
from .rehearsal import DENIED, denials, rehearsed

_MOST = 6
"""So many texts of one line are tried, where its calls would have different ones."""


@dataclass(frozen=True, eq=False)
class Fitting:
    """A program with lines in a function that were confirmed in all its calls."""

    text: str
    gradients: Sequence[Derived]
    """What was written, in the function's own names."""


@dataclass(frozen=True, eq=False)
class _Candidate:
    """The lines as one call would have them."""

    frame: Frame
    gradients: Sequence[Derived]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for one in self.gradients for line in one.lines)


def fitting(
    program: Program, found: InFunctions, places: Sequence[Place], seed: int, accused: Collection[str] = ()
) -> Fitting:
    """A program with the lines of some gradients of one function in it, and those of what they need.

    `found` says what the gradients are; `accused` are those whose lines are wrong as the program stands.

    Raises:
        CannotPlace: they have no place there, or no text of them is right in all calls.
    """
    calls = [call for place in places for call in found.calls(place)]
    frames = list(dict.fromkeys(call.frame for call in calls if call.frame is not None))
    every = [_candidate(found, frame, calls) for frame in frames]
    candidates = list({one.lines: one for one in reversed(every)}.values())[::-1][:_MOST]
    wanted = {own_name(place.gradient) for place in places}
    reasons = dict[str, None]()
    for one in candidates:
        missing = next((derived for derived in one.gradients if not derived.lines), None)
        if missing is not None:
            reasons[missing.reason] = None
            continue
        text = _placed(program, one, wanted)
        reason = _denied(program, text, one, frames, seed, accused, wanted)
        if not reason:
            return Fitting(text, one.gradients)
        reasons[reason] = None
    if len(candidates) > 1:
        raise CannotPlace(f"one text does not fit all its calls: {_apart(every)}")
    raise CannotPlace(next(iter(reasons)))


def together(program: Program, found: InFunctions, place: Place) -> list[Place]:
    """What is written with a line: all that can be told of a function that is not written yet."""
    if place.frame is None or place.frame.function not in program.beginnings:
        return [place]
    function = place.frame.function
    own = [one for one in found.inside if one.frame is not None and one.frame.function == function]
    return [one for one in own if one.words == place.words or not found.reason(one)]


def _begun(program: Program, function: str) -> Program:
    """The program with `dX = ...` in a function that is not written yet."""
    lines = begun_text(program.lines, _definition(program, function), program.beginnings[function])
    return read_again(program, "\n".join(lines), path=program.path)


def _definition(program: Program, function: str) -> ast.FunctionDef:
    nodes = [node for s in program.sections if s.kind in BEGINNING for node in s.tree.body]
    return next(one for one in nodes if isinstance(one, ast.FunctionDef) and one.name == function)


def as_program(program: Program, function: str) -> Program:
    """A function as a program whose backward is its body.

    Raises:
        CannotPlace: nothing can be written there.
    """
    node = _definition(program, function)
    body = without_docstring(node)
    first, last = body[0].lineno, node.end_lineno or node.lineno
    line = program.lines[first - 1].encode()
    if line[: body[0].col_offset].strip():
        raise CannotPlace(f"the body of {function} stands in the line of its `def`")
    tree = ast.Module(body, type_ignores=[])
    statements = statements_of(tree, "backward", program.lines)
    section = Section("backward", None, first, last, tree, statements, frozenset(range(first, last + 1)))
    return with_fields(program, sections=(section,), naming=without_frames(program.naming))


def _candidate(found: InFunctions, frame: Frame, calls: Sequence[Place]) -> _Candidate:
    own = [call for call in calls if call.frame == frame]
    tensors = {needed.tensor: needed for call in own for needed in found.with_needed(call)}
    ordered = [tensors[tensor] for tensor in found.derivation.gradients if tensor in tensors]
    return _Candidate(frame, [found.derived(place) for place in ordered])


def _placed(program: Program, candidate: _Candidate, wanted: Collection[str]) -> str:
    """The text of a program with lines in a function, those of the gradients that are wanted exchanged.

    Raises:
        CannotPlace: they have no place there.
    """
    function = candidate.frame.function
    if function in program.beginnings:
        program = _begun(program, function)
    view = as_program(program, function)
    if len(candidate.gradients) == 1:
        return with_line(view, candidate.gradients[0])
    there = {name for s in view.statements for name in s.writes} - holes(view).keys()
    placed = with_gradients(view, candidate.gradients, anew=there & {*wanted})
    for one in placed.gradients:
        if not one.lines:
            raise CannotPlace(one.reason)
    return placed.text


def _denied(
    program: Program,
    text: str,
    candidate: _Candidate,
    frames: Sequence[Frame],
    seed: int,
    accused: Collection[str],
    wanted: Collection[str],
) -> str:
    """Why the lines are not right where they stand; '' where they are, in all calls."""
    names = [frame.inside(name) for frame in frames for name in wanted]
    inside = [replace(one, name=frame.inside(one.name)) for frame in frames for one in candidate.gradients]
    result = rehearsed(program, Placed(text, inside), seed)
    if result.record is None or not result.judged.keys() >= {*names}:
        return "the check does not reach it in its place"
    denied = denials(result)
    if denied:
        return next(iter(denied.values()))
    return DENIED if result.accused - {*accused} else ""


def _apart(candidates: Sequence[_Candidate]) -> str:
    """What each call would have, in words."""
    by_lines = dict[tuple[str, ...], list[str]]()
    for one in candidates:
        by_lines.setdefault(one.lines, []).append(str(one.frame.call))
    told = [
        f"in call {' and '.join(calls)} it is `{'; '.join(lines)}`"
        for lines, calls in by_lines.items()
        if lines
    ]
    return ", ".join(told)
