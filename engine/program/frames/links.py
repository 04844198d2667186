"""What a call of the backward is given by calls of the forward, and which gradients pair by that."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..frame import RESULT, Frame, frame_of, own_name, suffix_of
from ..names import is_place, place_of, read_names, stored_names
from ..naming import NamingScheme
from .tracing import LOOPED, Atom, Gathered, Known, Tracing


@dataclass(frozen=True, eq=False)
class Links:
    """By the frames of the backward: what pairs in each, and what each was given of."""

    pairs: Mapping[Frame, tuple[tuple[str, str], ...]]
    """Tensors and their gradients."""
    reached: Mapping[Frame, frozenset[Frame]]
    """Of these calls values are given to it, or they are around all that are."""
    shared: frozenset[Frame]
    """Those that are given what another call of the same function is given: one of them by mistake."""
    early: frozenset[Frame]
    """Calls of the forward that write gradients of what is in them: `return loss, dx`."""
    twins: Mapping[Frame, Frame]
    """The call of the forward whose backward it is, where there is one."""
    known: Mapping[str, Known]
    """By name, what it stands for in the end."""
    versions: Mapping[str, int]
    """By name, how often it was bound; very often where a loop binds it."""


def links_of(
    forward: Iterable[ast.stmt],
    backward: Iterable[ast.stmt],
    scheme: NamingScheme,
    returned: Mapping[Frame, Sequence[str]],
) -> Links:
    """What is told by following names from where they are bound to where they are unpacked."""
    forward, backward = [*forward], [*backward]
    tracing = Tracing(frozenset(name for frame in _frames(forward) for name in frame.given))
    tracing.run(forward)
    last = dict(tracing.versions)
    made = {frame.suffix: frame for frame in _frames(forward)}
    kept_by = _kept_by(forward)
    early = [frame for frame in made.values() if _writes_gradients(frame, tracing, scheme)]
    tracing.fresh = frozenset()
    tracing.run(backward)
    pairs, reached, by_pair = {}, {}, dict[tuple[str, Frame], list[Frame]]()
    twins = dict[Frame, Frame]()
    taken = set[str]()
    bound = frozenset(last)
    for frame in _frames(backward):
        read = [*frame.given, *sorted(_places_read(frame, backward))]
        known = [tracing.known[name] for name in read if name in tracing.known]
        given = {atom for one in known for atom in _atoms(one) if not tracing.is_gradient(atom, scheme)}
        names = [atom.name for atom in given if last.get(atom.name) == atom.version]
        suffixes = [suffix_of(name) or kept_by.get(name, "") for name in names]
        given_by = [made[suffix] for suffix in suffixes if suffix in made]
        given_by = given_by or _of_the_same_object(frame, made.values())
        pair = _around_all(given_by)
        reached[frame] = frozenset(given_by if pair is None else [*given_by, pair])
        found = [*_pairs(frame, pair, tracing, last, reached[frame], scheme)]
        if pair is not None:
            outputs = [name for name in returned.get(pair, ()) if isinstance(tracing.known.get(name), Atom)]
            found += _upstreams(frame, outputs, tracing, scheme, bound)
            found += _of_what_is_returned(returned.get(frame, ()), pair)
        pairs[frame] = tuple(one for one in found if one[0] not in taken)
        taken |= {tensor for tensor, _ in found}
        tracing.gradients |= {gradient for _, gradient in found}
        if pair is not None:
            twins[frame] = pair
            by_pair.setdefault((frame.function, pair), []).append(frame)
    shared = [frame for frames in by_pair.values() if len(frames) > 1 for frame in frames]
    return Links(pairs, reached, frozenset(shared), frozenset(early), twins, tracing.known, tracing.versions)


def _writes_gradients(frame: Frame, tracing: Tracing, scheme: NamingScheme) -> bool:
    own = [name for name in tracing.names.get(frame.suffix, ()) if name not in frame.given]
    return any(tracing.is_gradient(Atom(name, 1), scheme) for name in own)


def _frames(block: Iterable[ast.stmt]) -> list[Frame]:
    frames = [frame_of(node) for node in block]
    return list(dict.fromkeys(frame for frame in frames if frame is not None))


def _of_the_same_object(frame: Frame, forward: Iterable[Frame]) -> list[Frame]:
    """The last call of the forward that is one of the same object's methods, the outermost of such."""
    own = [one for one in forward if frame.receiver and one.receiver == frame.receiver]
    outer = [one for one in own if one.around is None or one.around not in own]
    return outer[-1:]


def _places_read(frame: Frame, block: Iterable[ast.stmt]) -> set[str]:
    """What the lines of a call read of what others hold."""
    nodes = [node for node in block if frame_of(node) == frame]
    return {name for node in nodes for name in read_names(node) if is_place(name)}


def _kept_by(block: Iterable[ast.stmt]) -> dict[str, str]:
    """By the name of what is held, what tells the names of the call that put it there last."""
    found = dict[str, str]()
    for node in block:
        frame = frame_of(node)
        found |= {name: frame.suffix if frame else "" for name in stored_names(node) if is_place(name)}
    return found


def _atoms(known: Known) -> Iterable[Atom]:
    return known.atoms() if isinstance(known, Gathered) else (known,)


def _around_all(frames: Sequence[Frame]) -> Frame | None:
    """The innermost call that all stand in: the one whose backward it is that is given values of theirs."""
    common = frames[0].chain if frames else ()
    return next((one for one in common if all(one in frame.chain for frame in frames)), None)


def _pairs(
    frame: Frame,
    pair: Frame | None,
    tracing: Tracing,
    last: Mapping[str, int],
    reached: frozenset[Frame],
    scheme: NamingScheme,
) -> Iterator[tuple[str, str]]:
    suffixes = {one.suffix for one in reached}
    own = tracing.names.get(frame.suffix, {})
    for name in own:
        if name in frame.given:
            continue
        tensor = scheme.tensor(own_name(name))
        if not tensor:
            continue
        inside = frame.inside(tensor)
        if inside in own:
            known = tracing.known[inside]
            if tracing.versions[inside] > 1 or not isinstance(known, Atom):
                continue
            if suffix_of(known.name) in suffixes and last.get(known.name) == known.version:
                yield known.name, name
        elif pair is not None:
            kept = place_of(frame.receiver, (f".{tensor}",)) if frame.receiver else ""
            for there in (pair.inside(tensor), kept):
                if last.get(there, LOOPED) < LOOPED:
                    yield there, name
                    break


def _upstreams(
    frame: Frame, outputs: Sequence[str], tracing: Tracing, scheme: NamingScheme, bound: frozenset[str]
) -> list[tuple[str, str]]:
    """What is given to a call as the gradients of what the other one returned."""
    given = [name for name in frame.given if tracing.reads_gradients(name, scheme, bound)]
    named = {name: f"{scheme.tensor(own_name(name))}" for name in given}
    by_name = {name: [one for one in outputs if own_name(one) == named[name]] for name in given}
    found = [(some[0], name) for name, some in by_name.items() if len(some) == 1]
    if not found and len(given) == 1 and outputs:
        found = [(outputs[0], given[0])]
    return [(tensor, tracing.worked_out_as(name, scheme, bound)) for tensor, name in found]


def _of_what_is_returned(names: Sequence[str], pair: Frame) -> list[tuple[str, str]]:
    """What a call returns without a name is the gradient of the one thing that the other was given."""
    alone = len(names) == len(pair.given) == 1 and own_name(names[0]) == RESULT
    return [(pair.given[0], names[0])] if alone else []
