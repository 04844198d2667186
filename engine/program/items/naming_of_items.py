"""Which gradients that dictionaries hold belong to which tensors: only where one answer is possible."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from ..names import holders_of, parts_of, place_of, stored_names, with_word, word_of
from ..naming import NamingScheme
from .places import GRADIENTS, Held, held_in, unpacked_in

_OF_GRADIENTS = r"(?i)^(d|g|grads?|gradients?)_|_(d|g|grads?|gradients?)$"
"""What is put to the name of a dictionary for that of its gradients: `encoder_grads`."""


def with_all_items(scheme: NamingScheme, blocks: Mapping[str, Sequence[ast.stmt]]) -> NamingScheme:
    """The scheme of a program whose sections have these statements, with what its lines hold."""
    held = held_in(node for block in blocks.values() for node in block)
    if not held.all:
        return scheme
    every = sorted({name for block in blocks.values() for node in block for name in stored_names(node)})
    forward = blocks.get("forward", ())
    return with_made(with_items(scheme, every, held, unpacked_in(forward)), every, held_in(forward))


def with_items(
    scheme: NamingScheme, names: Collection[str], held: Held, unpacked: Mapping[str, str]
) -> NamingScheme:
    """The scheme, with the gradients that dictionaries hold, and those of what they hold, as exceptions.

    `grads["W1"]` or `grads["dW1"]` is that of `params["W1"]` where `params` is the only dictionary that has
    all the keys and that is read before; or of `W1`. `dW1` is that of `params["W1"]` where there is no `W1`,
    and no other dictionary has that key; or where `W1` is `unpacked` from it.
    """
    pairs: dict[str, str] = {}
    for holder in dict.fromkeys(parts_of(name)[0] for name in held.stored):
        pairs |= _of_holder(scheme, holder, names, held)
    pairs |= _of_their_holders(scheme, names, held, pairs)
    pairs |= _beside(scheme, held, pairs)
    pairs |= _of_unpacked(scheme, names, unpacked, pairs)
    pairs |= _of_plain_names(scheme, names, held, pairs)
    others = {**{tensor: gradient for gradient, tensor in pairs.items()}, **dict(scheme.exceptions)}
    return replace(scheme, exceptions=tuple(others.items()))


def _of_holder(scheme: NamingScheme, holder: str, names: Collection[str], held: Held) -> dict[str, str]:
    """The tensors of the gradients that a dictionary holds, or would; none in doubt."""
    gradients = [name for name in held.stored if parts_of(name)[0] == holder and name not in held.holders]
    read = held.read_before(holder)
    if holder in read or not gradients:
        return {}
    inner = {name: _inner(scheme, name) for name in gradients}
    whole = {name: parts_of(name)[1] for name in gradients}
    own = scheme.tensor(holder)
    own = own if own in read else re.sub(_OF_GRADIENTS, "", holder)
    by_key = bool(re.search(GRADIENTS, holder)) or own in read
    for keys, fits, named in ((inner, all(inner.values()), scheme.gradient), (whole, by_key, str)):
        known = [other for other in read if fits and held.keys(other).issuperset(keys.values())]
        known = [other for other in known if own not in read or other == own]
        if len(known) == 1:
            there = sorted(held.keys(known[0]))
            every = {
                place_of(holder, (*to, with_word(last, named(word_of(last))))): (*to, last)
                for *to, last in there
            }
            return {name: place_of(known[0], to) for name, to in (every | keys).items()}
        plain = {name: word_of(parts[0]) for name, parts in keys.items() if len(parts) == 1}
        if fits and not known and len(plain) == len(keys) and _unpaired(scheme, plain.values(), names):
            return plain
    return {}


def _of_their_holders(
    scheme: NamingScheme, names: Collection[str], held: Held, pairs: Mapping[str, str]
) -> dict[str, str]:
    """The tensors that hold their gradients themselves: `W.g`; not the `g` of an object that has a `dg`."""
    found: dict[str, str] = {}
    for name in held.stored:
        holder, last = holders_of(name)[-1], parts_of(name)[1][-1]
        known = (holder in names or holder in held.all) and scheme.gradient(name) not in held.all
        if last in _OF_ITSELF and known and name not in pairs and holder not in pairs.values():
            found[name] = holder
    return found


_OF_ITSELF = (".g", ".d", ".gradient", ".grad_", ".dx", ".bar", ".adjoint")
"""What an attribute of a tensor is called that holds its gradient."""


def _beside(scheme: NamingScheme, held: Held, pairs: Mapping[str, str]) -> dict[str, str]:
    """The tensors of gradients that one dictionary holds beside these: `net["dW"]` and `net["W"]`."""
    found: dict[str, str] = {}
    for name in held.stored:
        tensor = place_of(parts_of(name)[0], _inner(scheme, name))
        if tensor in held.all and name not in pairs and tensor not in pairs.values():
            found[name] = tensor
    return found


def _inner(scheme: NamingScheme, name: str) -> tuple[str, ...]:
    """The keys without what names the gradient in the last: of `grads["dW1"]` those of `W1`."""
    *steps, last = parts_of(name)[1]
    tensor = scheme.tensor(word_of(last))
    return (*steps, with_word(last, tensor)) if tensor else ()


def _unpaired(scheme: NamingScheme, tensors: Collection[str], names: Collection[str]) -> bool:
    """Whether all are names, and none has a gradient by the scheme."""
    return all(tensor in names and scheme.gradient(tensor) not in names for tensor in tensors)


def _of_unpacked(
    scheme: NamingScheme, names: Collection[str], unpacked: Mapping[str, str], pairs: Mapping[str, str]
) -> dict[str, str]:
    """Gradients of tensors that the forward gives plain names first: `dW` where `W = params["W"]`."""
    tensors = {name: unpacked.get(scheme.tensor(name), "") for name in sorted(names)}
    return {name: one for name, one in tensors.items() if one and one not in pairs.values()}


def _of_plain_names(
    scheme: NamingScheme, names: Collection[str], held: Held, pairs: Mapping[str, str]
) -> dict[str, str]:
    """Gradients with plain names: `dh` of `cache["h"]`."""
    holders = {parts_of(gradient)[0] for gradient in pairs}
    found: dict[str, str] = {}
    for name in sorted(names):
        tensor = scheme.tensor(name)
        items = [one for one in held.all if word_of(parts_of(one)[1][-1]) == tensor]
        items = [one for one in items if parts_of(one)[0] not in holders and one not in pairs.values()]
        items = [one for one in items if not re.search(GRADIENTS, parts_of(one)[0])] or items
        if tensor and tensor not in names and len(items) == 1 and items[0] not in pairs.values():
            found[name] = items[0]
    return found


def with_made(scheme: NamingScheme, names: Collection[str], made: Held) -> NamingScheme:
    """The scheme, by which `dh` is that of `cache["h"]`, where the forward makes it and no other `h`.

    Of those that have one by another name it says nothing.
    """
    have = {tensor for tensor, _ in scheme.exceptions}
    taken = {*names, *(gradient for _, gradient in scheme.exceptions)}
    plain: dict[str, list[str]] = {}
    for name in made.stored:
        plain.setdefault(word_of(parts_of(name)[1][-1]), []).append(name)
    found = tuple(
        (own[0], scheme.gradient(key))
        for key, own in plain.items()
        if len(own) == 1
        and own[0] not in have
        and key.isidentifier()
        and not {key, scheme.gradient(key)} & taken
    )
    return replace(scheme, exceptions=(*scheme.exceptions, *found))
