"""What is said of a line of a function, in the names that the function has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ..execution.iteration import Iteration
from ..program.frame import Frame, ids_in, is_inside, renamed_in, suffix_of, told
from ..tensors.inert import is_tensor
from .diagnosis.diagnosis import Diagnosis
from .judgement import Judgement


def in_own_words(iteration: Iteration, found: dict[str, Judgement]) -> dict[str, Judgement]:
    """The judgements, those that name what stands in functions in the words of the text."""
    if not any(s.frame is not None for s in iteration.recorder.statements):
        return found
    return {name: _told(iteration, name, one) for name, one in found.items()}


def _told(iteration: Iteration, name: str, judgement: Judgement) -> Judgement:
    words = partial(_in_words, iteration, _suffix(iteration, name))
    diagnosis, line = judgement.diagnosis, judgement.line
    return replace(
        judgement,
        headline=words(judgement.headline),
        remarks=tuple(map(words, judgement.remarks)),
        diagnosis=diagnosis and _diagnosis(diagnosis, words),
        line=line and line._replace(message=words(line.message)),
    )


def _in_words(iteration: Iteration, suffix: str, text: str, code: bool = False) -> str:
    """A text in the names of one call; of code nothing is left where it needs others."""
    frame = _frame(iteration, suffix)
    text = text if frame is None else frame.in_its_words(text)
    if not is_inside(text):
        return text
    others = [name for name in ids_in(text) if suffix and suffix_of(name) != suffix]
    known = {name: _here(iteration, name, suffix) for name in others}
    text = renamed_in(text, known)
    foreign = any(suffix_of(name) != suffix for name in ids_in(text))
    return "" if code and foreign else told(text, suffix)


def _diagnosis(diagnosis: Diagnosis, words: Callable[..., str]) -> Diagnosis:
    return replace(
        diagnosis,
        message=words(diagnosis.message),
        evidence=words(diagnosis.evidence),
        suggestion=words(diagnosis.suggestion, code=True),
        edit=words(diagnosis.edit),
    )


def _suffix(iteration: Iteration, name: str) -> str:
    """What tells the names of the call apart whose lines write a gradient."""
    writing = [s for s in iteration.recorder.statements if name in s.writes and not s.hands_on]
    frames = {s.frame.suffix for s in writing if s.frame is not None}
    return frames.pop() if len(frames) == 1 else suffix_of(name)


def _frame(iteration: Iteration, suffix: str) -> Frame | None:
    frames = (s.frame for s in iteration.recorder.statements if s.frame is not None)
    return next((frame for frame in frames if frame.suffix == suffix), None) if suffix else None


def _here(iteration: Iteration, other: str, suffix: str) -> str:
    """What a tensor of another call is called in this one, where it was given it."""
    held = {
        slot.name: slot.origin
        for step in iteration.steps
        if step.statement.frame is not None
        for slot in step.slots
        if slot.name == other or suffix_of(slot.name) == suffix
    }
    value = held.get(other)
    names = [n for n, one in held.items() if one is value and n != other] if is_tensor(value) else []
    return names[0] if len(names) == 1 else other
