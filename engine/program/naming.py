"""Places where values are held, and how the name of a gradient is made of its tensor's."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from .names import parts_of, place_of, with_word, word_of


class Attribute(Struct, frozen=True):
    """`.name` of what stands before it."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"


class Item(Struct, frozen=True):
    """`[key]` of what stands before it; `key` is what the program writes between the brackets."""

    key: str

    def __str__(self) -> str:
        return f"[{self.key}]"


class Place(Struct, frozen=True):
    """Where a value is held: a name, and what is taken of it: `W`, `grads["W1"]`, `self.dW`, `dhs[t]`."""

    root: str
    path: tuple[Attribute | Item, ...] = ()

    def __str__(self) -> str:
        return self.root + "".join(map(str, self.path))


class NamingScheme(Struct, frozen=True):
    """How gradients are named after tensors: `pattern` has `{}` where the tensor's name stands."""

    pattern: str = "d{}"
    exceptions: tuple[tuple[str, str], ...] = ()
    """Tensors and their gradients that are named otherwise."""

    def gradient(self, tensor: str) -> str:
        """The name of the gradient of a tensor: `dW` of `W`."""
        its_own = dict(self.exceptions).get(tensor) if self.exceptions else None
        return its_own or _with(tensor, self.pattern.format)

    def tensor(self, gradient: str) -> str:
        """The name of the tensor whose gradient a name would be; "" where it is no gradient's name."""
        for tensor, its_own in self.exceptions:
            if gradient == its_own:
                return tensor
        return _with(gradient, self._stripped)

    def _stripped(self, word: str) -> str:
        before, after = self.pattern.split("{}")
        fits = word.startswith(before) and word.endswith(after)
        return word[len(before) : len(word) - len(after)] if fits else ""


def _with(name: str, changed: Callable[[str], str]) -> str:
    """A name with another word for what it calls: the attribute at its end, else what holds it all."""
    root, steps = parts_of(name)
    if steps and steps[-1].startswith("."):
        word = changed(word_of(steps[-1]))
        return place_of(root, (*steps[:-1], with_word(steps[-1], word))) if word else ""
    word = changed(root)
    return place_of(word, steps) if word else ""


DX = NamingScheme()
"""`dX` is the gradient of `X`."""
