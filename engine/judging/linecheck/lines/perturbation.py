"""Off the kinks: the same program where parameters and float data are moved a little."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from ....execution.replay.world import World
from ....execution.session import Session
from ....program.torch_operations import casts, compares_exactly
from ....tensors.aliasing import storage_of
from ....tensors.inert import is_tensor


def _casts_to_bool(name: str, args: Any) -> bool:
    return casts(name) and any(value is torch.bool for value in args)


class ExactUses(TorchFunctionMode):
    """Notes which tensors of the namespace the program compares exactly, as it does masks and codes.

    Moved a little, a mask of zeros and ones masks nothing, and a line that forgets it looks right.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        values = {name: session.namespace.get(name) for name in (*session.parameters, *session.data)}
        tensors = {name: value for name, value in values.items() if is_tensor(value)}
        self._names = {storage_of(tensor): name for name, tensor in tensors.items() if tensor.numel()}
        self.found: set[str] = set()

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Look at what compares; pass everything on."""
        name = getattr(func, "__name__", "")
        if compares_exactly(name) or _casts_to_bool(name, args):
            tensors = [value for value in args if is_tensor(value)]
            with torch._C.DisableTorchFunction():
                self.found |= {self._names.get(storage_of(tensor), "") for tensor in tensors}
        return func(*args, **(kwargs or {}))


@dataclass(frozen=True, eq=False)
class Moved:
    """Which values are moved a little before a forward: parameters, with `data` float data, none `still`."""

    data: bool
    still: frozenset[str]
    by: float | None = None
    """The share of itself by which every entry is moved; by default a little of the largest one."""
    seed: int = 7


class Jittered:
    """A world whose values are moved before its forward runs."""

    def __init__(self, world: AbstractContextManager[World], session: Session, moved: Moved) -> None:
        self.world = world
        self.moved = moved
        names = [*session.parameters, *(sorted(session.data) if moved.data else ())]
        self.names = [name for name in names if name not in moved.still]

    def __enter__(self) -> World:
        world = self.world.__enter__()
        generator = torch.Generator().manual_seed(self.moved.seed)
        if self.moved.by is None:
            world.jitter(self.names, generator)
        else:
            world.move(self.names, generator, self.moved.by)
        return world

    def __exit__(self, *error: Any) -> None:
        self.world.__exit__(*error)
