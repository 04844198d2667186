"""Parameters that dictionaries hold: which of what is there, by the names that they go by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..program.analysis import ProgramFacts
from ..program.names import holders_of, is_place, parts_of, place_of
from ..tensors.aliasing import Namespace
from ..tensors.dtypes import can_have_gradient
from ..tensors.inert import is_a, is_tensor
from .failure import ProgramFault
from .recording.recorder import Recorder


def with_items(namespace: Namespace, facts: ProgramFacts, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names, with the tensors that the dictionaries among them hold and whose gradients lines write.

    Raises:
        ProgramFault: lines write those of some that the forward may read, and not of others; or a gradient
            may be that of something else.
    """
    _require_one_answer(namespace, facts, names)
    found: list[str] = []
    for name in names:
        if not is_place(name):
            found += [name, *_items(name, namespace.get(name), facts)]
    return tuple(dict.fromkeys(found))


def _require_one_answer(namespace: Namespace, facts: ProgramFacts, names: tuple[str, ...]) -> None:
    """A gradient is that of a parameter, where a dictionary of parameters has one under these keys.

    Where one thing holds parameters and gradients, what changes it may be of the update or of the backward.
    """
    for tensor, gradient in facts.program.naming.exceptions:
        beside = is_place(tensor) and parts_of(tensor)[0] == parts_of(gradient)[0]
        found = facts.program.found
        if beside and found is not None and not found.titled and tensor in facts.held_in_forward.loaded:
            raise ProgramFault(
                f"{gradient} stands beside {tensor}, and only titles say what is backward and what update: "
                "`backprop-tui convert` writes them",
                gradient,
            )
        if is_place(tensor) and gradient in facts.candidates and parts_of(tensor)[0] not in names:
            root, keys = parts_of(tensor)
            others = (place_of(name, keys) for name in names if not is_place(name))
            other = next((one for one in others if is_tensor(namespace.get(one))), "")
            if other and root not in parts_of(gradient)[0]:
                raise ProgramFault(f"{gradient} may be the gradient of {tensor}, or of {other}", gradient)
            if is_tensor(namespace.get(tensor)) and tensor not in facts.held_in_forward.all:
                words = f"{gradient} is that of {tensor}, and no line of the forward names that"
                raise ProgramFault(words, gradient)


def _items(name: str, value: Any, facts: ProgramFacts) -> list[str]:
    """What a dictionary holds, if its gradients are written, or none at all are so far."""
    items = [one for one in _tensors(name, value) if _is_read(one, facts)]
    missing = [one for one in items if one not in facts.written_tensors]
    if missing and len(missing) == len(items):
        return items if facts.unwritten else []
    if any(_may_be_written(one, facts) for one in missing):
        written = next(one for one in items if one not in missing)
        gradient = facts.program.naming.gradient(missing[0])
        raise ProgramFault(
            f"`{name}` is a dictionary, and no line writes the gradient of {missing[0]} by a key of its own; "
            f"that of {written} is. A line `{gradient} = ...` marks it as not written yet"
        )
    return items


def _may_be_written(item: str, facts: ProgramFacts) -> bool:
    """Whether lines may write an item's gradient without telling of which it is."""
    program = facts.program
    if program.found is not None or not facts.filled_unseen.isdisjoint(
        holders_of(program.naming.gradient(item))
    ):
        return True
    written = {name for one in facts.handwritten.statements for name in one.writes}
    return parts_of(item)[1][-1] in map(program.naming.tensor, written)


def _is_read(item: str, facts: ProgramFacts) -> bool:
    """Whether the forward may read an item, or lines write its gradient."""
    named = item in facts.held_in_forward.loaded or item in facts.written_tensors
    return named or any(holder in facts.handed_on for holder in holders_of(item))


def _tensors(name: str, value: Any) -> Iterator[str]:
    if not is_a(value, dict):
        return
    for key, inner in value.items():
        if type(key) is str:
            place = f'{name}["{key}"]'
            if is_tensor(inner) and can_have_gradient(inner):
                yield place
            else:
                yield from _tensors(place, inner)


def require_seen(recorder: Recorder, facts: ProgramFacts) -> None:
    """Nothing is said of a gradient whose last value no line was seen to give it.

    Raises:
        ProgramFault: a dictionary holds another gradient than the last that was seen.
    """
    names = {name for name in facts.candidates if is_place(name)}
    newest = recorder.newest(names, recorder.begins.get("backward", 0)) if names else {}
    for name, value in newest.items():
        if value is not Ellipsis and recorder.namespace.get(name, value) is not value:
            raise ProgramFault(
                f"{name} was bound anew where that cannot be followed: inside a function, "
                "or by another name of what holds it",
                name,
            )
