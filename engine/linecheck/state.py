"""A copy of everything a program can reach, cast to another precision, aliases kept."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import torch
from torch import Tensor

from ..recorder import Slot

_ATOMS = (
    int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type, range, slice,
    ModuleType, FunctionType, BuiltinFunctionType, MethodType, torch.dtype, torch.device, torch.Size,
)  # fmt: skip


class StateCopy:
    """Copies values; what shared memory or identity before shares it afterwards.

    Floating tensors are cast to `dtype`; None leaves every dtype as it is.
    """

    def __init__(self, dtype: torch.dtype | None, generators: Mapping[int, Tensor]) -> None:
        self.dtype = dtype
        self.generators = generators
        self.tensors: list[Tensor] = []
        """Every floating tensor that was copied, once, in the order it was met."""
        self._done: dict[int, Any] = {}
        self._storages: dict[tuple[int, torch.dtype], Tensor] = {}
        self._alive: list[Any] = []

    def slots(self, slots: Iterable[Slot]) -> dict[str, Any]:
        """The values of slots by name; a value saved before a change in place stands for its origin."""
        slots = list(slots)
        with torch.no_grad():
            for slot in slots:
                if slot.value is not slot.origin:
                    self.value(slot.origin).copy_(slot.value)
        return {slot.name: self.value(slot.origin) for slot in slots}

    def value(self, value: Any) -> Any:
        """The copy of any value; the same object always gives the same copy."""
        if isinstance(value, _ATOMS):
            return value
        key = id(value)
        if key not in self._done:
            self._alive.append(value)
            self._done[key] = self._copy(value)
        return self._done[key]

    def _copy(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(value, torch.Generator):
            return self._generator(value)
        if type(value) in (list, set, frozenset, tuple):
            return self._sequence(value)
        if isinstance(value, dict):
            return self._dict(value)
        return self._object(value)

    def _sequence(self, value: Any) -> Any:
        if isinstance(value, list):
            made: list[Any] = []
            self._done[id(value)] = made
            made.extend(self.value(item) for item in value)
            return made
        return type(value)(self.value(item) for item in value)

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        made = copy.copy(value)
        self._done[id(value)] = made
        for key in made:
            made[key] = self.value(value[key])
        return made

    def _generator(self, value: torch.Generator) -> torch.Generator:
        twin = torch.Generator(value.device)
        twin.set_state(self.generators.get(id(value), value.get_state()))
        return twin

    def _object(self, value: Any) -> Any:
        try:
            twin = copy.copy(value)
        except Exception:
            return value
        self._done[id(value)] = twin
        attributes = getattr(twin, "__dict__", None)
        if isinstance(attributes, dict):
            for name, item in list(attributes.items()):
                attributes[name] = self.value(item)
        return twin

    def _tensor(self, tensor: Tensor) -> Tensor:
        if tensor.layout != torch.strided or type(tensor) not in (Tensor, torch.nn.Parameter):
            return self._cast(tensor.detach().clone())
        plain = tensor.detach()
        storage = self._storage(plain)
        twin = storage.as_strided(plain.size(), plain.stride(), plain.storage_offset()).detach()
        if twin.is_floating_point():
            self.tensors.append(twin)
        if isinstance(tensor, torch.nn.Parameter):
            return torch.nn.Parameter(twin, tensor.requires_grad)
        return twin

    def _storage(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        key = (storage.data_ptr(), tensor.dtype)
        if key not in self._storages or storage.nbytes() == 0:
            whole = torch.empty(0, dtype=tensor.dtype, device=tensor.device)
            whole.set_(storage)
            self._storages[key] = self._cast(whole.clone())
        return self._storages[key]

    def _cast(self, tensor: Tensor) -> Tensor:
        if self.dtype is None or not tensor.is_floating_point():
            return tensor
        return tensor.to(self.dtype)
