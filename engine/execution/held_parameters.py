"""Parameters that dictionaries hold: which of what is there, by the names that they go by."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from ..program.analysis import ProgramFacts
from ..program.names import holders_of, is_place, parts_of, place_of, word_of
from ..program.program import Program
from ..tensors.aliasing import Namespace
from ..tensors.dtypes import can_have_gradient
from ..tensors.inert import attributes_of, is_a, is_any, is_tensor
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
    """Every gradient of something that is held is that of one thing only, and it is known of which."""
    for one in facts.candidates.values():
        tensor, gradient = one.tensor, one.name
        if is_place(tensor) and tensor in facts.program.held.all:
            _require_titles(tensor, gradient, facts)
            _require_seen_tensor(tensor, gradient, namespace, facts)
            if parts_of(tensor)[0] not in names:
                _require_no_other(tensor, gradient, namespace, names)
                _require_named(tensor, gradient, namespace, facts)


def _require_titles(tensor: str, gradient: str, facts: ProgramFacts) -> None:
    """What changes a thing that holds parameters and gradients may be of the update or of the backward.

    Not where these are attributes and an update was found: attributes are named by whatever changes them.
    """
    beside = parts_of(tensor)[0] == parts_of(gradient)[0]
    found = facts.program.found
    told = found is None or found.titled or (found.update and not gradient.endswith("]"))
    if beside and not told and tensor in facts.held_in_forward.loaded:
        raise ProgramFault(
            f"{gradient} stands beside {tensor}, and only titles say what is backward and what update: "
            "`backprop-tui convert` writes them",
            gradient,
        )


def _require_seen_tensor(tensor: str, gradient: str, namespace: Namespace, facts: ProgramFacts) -> None:
    root = parts_of(tensor)[0]
    if root in namespace and tensor not in namespace and tensor not in facts.held_in_forward.stored:
        raise ProgramFault(f"what {tensor} is cannot be seen, and {gradient} is its gradient", gradient)


def _require_named(tensor: str, gradient: str, namespace: Namespace, facts: ProgramFacts) -> None:
    if is_tensor(namespace.get(tensor)) and tensor not in facts.held_in_forward.all:
        raise ProgramFault(f"{gradient} is that of {tensor}, and no line of the forward names that", gradient)


def _require_no_other(tensor: str, gradient: str, namespace: Namespace, names: tuple[str, ...]) -> None:
    root, steps = parts_of(tensor)
    others = (place_of(name, steps) for name in names if not is_place(name))
    other = next((one for one in others if is_tensor(namespace.get(one))), "")
    if other and root not in parts_of(gradient)[0]:
        raise ProgramFault(f"{gradient} may be the gradient of {tensor}, or of {other}", gradient)


def _items(name: str, value: Any, facts: ProgramFacts) -> list[str]:
    """What a dictionary holds, if its gradients are written, or none at all are so far."""
    items = [one for one in _tensors(name, value, facts.program) if _is_read(one, facts)]
    items = [one for one in items if one not in facts.held_in_forward.stored]
    missing = [one for one in items if one not in facts.written_tensors]
    if missing and len(missing) == len(items):
        return items if facts.unwritten else []
    if any(_may_be_written(one, facts) for one in missing):
        written = next(one for one in items if one not in missing)
        gradient = facts.program.naming.gradient(missing[0])
        raise ProgramFault(
            f"no line writes the gradient of {missing[0]} by a name of its own; that of {written} is. "
            f"A line `{gradient} = ...` marks it as not written yet"
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
    return word_of(parts_of(item)[1][-1]) in map(program.naming.tensor, written)


def _is_read(item: str, facts: ProgramFacts) -> bool:
    """Whether the forward may read an item, or lines write its gradient."""
    named = item in facts.held_in_forward.loaded or item in facts.written_tensors
    return named or any(holder in facts.handed_on for holder in holders_of(item))


def _tensors(name: str, value: Any, program: Program, depth: int = 3) -> Iterator[str]:
    """The tensors that something holds, by the names that lines would have for them."""
    for step, inner in _inside(name, value, program) if depth else ():
        if is_tensor(inner) and can_have_gradient(inner):
            yield name + step
        else:
            yield from _tensors(name + step, inner, program, depth - 1)


def _inside(name: str, value: Any, program: Program) -> list[tuple[str, Any]]:
    """What is directly in something, each with the way to it."""
    if is_a(value, dict):
        return [(f'["{key}"]', inner) for key, inner in value.items() if type(key) is str]
    if is_any(value, (list, tuple)):
        named = name in program.kinds.lists or name in program.held.every_holder
        return [(f"[{at}]", inner) for at, inner in enumerate(value)] if named else []
    if is_tensor(value) or is_any(value, (ModuleType, type)):
        return []
    held = attributes_of(value) or {}
    return [(f".{word}", inner) for word, inner in held.items() if program.kinds.may_hold(name, word)]


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
