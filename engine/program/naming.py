"""Places where values are held, and how the name of a gradient is made of its tensor's."""

from __future__ import annotations

from msgspec import Struct


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
        root, bracket, keys = tensor.partition("[")
        return its_own or f"{self.pattern.format(root)}{bracket}{keys}"

    def tensor(self, gradient: str) -> str:
        """The name of the tensor whose gradient a name would be; "" where it is no gradient's name."""
        for tensor, its_own in self.exceptions:
            if gradient == its_own:
                return tensor
        before, after = self.pattern.split("{}")
        root, bracket, keys = gradient.partition("[")
        fits = root.startswith(before) and root.endswith(after)
        tensor = root[len(before) : len(root) - len(after)] if fits else ""
        return f"{tensor}{bracket}{keys}" if tensor else ""


DX = NamingScheme()
"""`dX` is the gradient of `X`."""
