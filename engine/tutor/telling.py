"""What is said of a gradient wherever its line stands, in the names that it has there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..execution.iteration import Iteration
from ..judging.judgement import Judgement
from ..program.frame import ordinal
from ..program.frames.plain_functions import locals_of
from ..program.program import Program
from .answer import Told
from .explanation import explain
from .hints import LEVELS, hint
from .in_functions import InFunctions, Place
from .own_terms import OwnTerms
from .wording import explanation_lines, hint_lines, right_already

_NUMBERS = 3
"""At this level hints tell shapes."""


def to_be_told(found: InFunctions, place: Place, judged: Mapping[str, Judgement]) -> Place:
    """The call that there is something to say of: the one that is asked about, unless it is right."""
    calls = [place, *found.calls(place)]
    return next((one for one in calls if not is_right(one, judged)), place)


def is_right(place: Place, judged: Mapping[str, Judgement]) -> tuple[Told, ...]:
    """What is said instead of a hint where none is needed; nothing where one is."""
    return right_already(place.words, judged.get(place.gradient))


def explained(
    program: Program, record: Iteration, terms: OwnTerms, tensor: str, place: Place
) -> tuple[Told, ...]:
    """How a gradient comes about, with the numbers of the call that it is asked of."""
    names = InFunctions(program, terms.derivation).names
    said = explanation_lines(explain(program, record, terms, place.tensor))
    lines = [Told(names.sentence(place.frame, one.text), one.tone) for one in said]
    own = terms.derivation.gradients[tensor].name
    if place.tensor != tensor and place.frame is not None:
        lines.insert(0, Told(f"{names.name(None, own)} is {place.words}:", "head"))
    return (*lines, *_of_which_call(place))


def hinted(program: Program, terms: OwnTerms, place: Place, level: int) -> tuple[Told, ...]:
    """The hint of a level, for a line that is the same in all calls."""
    found = InFunctions(program, terms.derivation)
    own = found.derived(place)
    derivation = replace(terms.derivation, gradients={**terms.derivation.gradients, place.tensor: own})
    function = found.names.function(place.frame) if place.frame is not None else None
    there = locals_of(function) if function is not None else ()
    said = hint(program, derivation, place.tensor, level, terms.convention, there)
    lines = tuple(found.names.sentence(place.frame, line) for line in said)
    told = hint_lines(place.words, level, lines)
    if level == _NUMBERS:
        return (*told, *_of_which_call(place))
    return (*told, *_elsewhere(found, place)) if level >= LEVELS - 1 else told


def _of_which_call(place: Place) -> tuple[Told, ...]:
    frame = place.frame
    if frame is None or frame.of == 1:
        return ()
    call = f"the {ordinal(frame.call)} of {frame.of} calls of {frame.function}"
    return (Told(f"shapes and numbers are those of {call}, line {frame.line}", "quiet"),)


def _elsewhere(found: InFunctions, place: Place) -> tuple[Told, ...]:
    """Where other calls of the function would have another line."""
    own = found.derived(place).lines
    others = [call for call in found.calls(place) if found.derived(call).lines != own]
    numbers = [str(call.frame.call) for call in others if call.frame is not None]
    if not numbers or place.frame is None:
        return ()
    verb = "call" if len(numbers) == 1 else "calls"
    return (
        Told(f"so it is in call {place.frame.call}; in {verb} {' and '.join(numbers)} it is another line"),
    )
