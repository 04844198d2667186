"""A copy of everything a program can reach, cast to another precision, aliases kept."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Container, Iterable, Iterator, Mapping
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Any

import torch
from torch import Tensor

from ..tensors.aliasing import ITS_OWN, sharing
from ..tensors.dtypes import with_precision
from ..tensors.rng_state import GENERATORS, Generator, set_state, state_of
from .checkpoint import Checkpoint
from .steps import Slot

_ATOMS = (
    int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type, range, slice,
    ModuleType, torch.dtype, torch.device, torch.Size,
)  # fmt: skip


_PLAIN = frozenset(_ATOMS)


def copies_of(checkpoint: Checkpoint, names: Container[str], dtype: torch.dtype | None) -> dict[str, Any]:
    """What these among the names were bound to at a checkpoint, in a copy that shares no memory with it."""
    random = checkpoint.random
    states = {id(generator): state for generator, state in random.owned} if random is not None else {}
    contents = checkpoint.contents
    copy = StateCopy(dtype, states, contents.held())
    copy.values_of(contents.slots)
    return copy.slots(slot for name, slot in checkpoint.slots.items() if name in names)


class Unrepeatable(Exception):
    """The program reads something that gives every value once."""


class _ReadBefore:
    """Stands for an iterator, which has moved on since the iteration began."""

    def __iter__(self) -> _ReadBefore:
        return self

    def __next__(self) -> Any:
        raise Unrepeatable("the program reads an iterator, which cannot be read once more")


class StateCopy:
    """Copies values; what shared memory or identity before shares it afterwards.

    Floating and complex tensors are cast to the precision of `dtype`; None leaves every dtype as it is.
    By their ids, `generators` are in the state given there, and containers hold what `held` says.
    """

    def __init__(
        self, dtype: torch.dtype | None, generators: Mapping[int, Any], held: Mapping[int, Any]
    ) -> None:
        self.dtype = dtype
        self.generators = generators
        self.held = held
        self._done: dict[int, Any] = {}
        self._storages: dict[tuple[int, torch.dtype], Tensor] = {}
        self._alive: list[Any] = []

    def slots(self, slots: Iterable[Slot]) -> dict[str, Any]:
        """The values of slots by name; a value saved before a change in place stands for its origin."""
        slots = list(slots)
        self.values_of(slots)
        return {slot.name: self.value(slot.origin) for slot in slots}

    def values_of(self, slots: Iterable[Slot]) -> None:
        """Give the copies of tensors that changed in place the values that were saved."""
        changed = [slot for slot in slots if slot.value is not slot.origin]
        with torch.no_grad() if changed else contextlib.nullcontext():
            for slot in changed:
                self.value(slot.origin).copy_(slot.value)

    def value(self, value: Any) -> Any:
        """The copy of any value; the same object always gives the same copy."""
        if type(value) in _PLAIN or (type(value) is not Tensor and isinstance(value, _ATOMS)):
            return value
        key = id(value)
        if key not in self._done:
            self._alive.append(value)
            self._done[key] = self._copy(value)
        return self._done[key]

    def _copy(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(value, GENERATORS):
            return self._generator(value)
        if isinstance(value, BuiltinFunctionType):
            owner = value.__self__
            held = isinstance(owner, list | dict | set)
            return getattr(self.value(owner), value.__name__) if held else value
        if isinstance(value, MethodType):
            return MethodType(value.__func__, self.value(value.__self__))
        if isinstance(value, FunctionType):
            return self._function(value)
        if type(value) in (list, set, frozenset, tuple):
            return self._sequence(value)
        if isinstance(value, dict):
            return self._dict(value)
        return self._object(value)

    def _sequence(self, value: Any) -> Any:
        if isinstance(value, list):
            made: list[Any] = []
            self._done[id(value)] = made
            items = self.held.get(id(value), value)
            plain = all(type(item) in _PLAIN for item in items)
            made.extend(items if plain else (self.value(item) for item in items))
            return made
        value = self.held.get(id(value), value)
        return type(value)(self.value(item) for item in value)

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        made = copy.copy(value)
        self._done[id(value)] = made
        self._hold_again(made, value)
        for key in made:
            made[key] = self.value(value[key])
        return made

    def _hold_again(self, made: dict[Any, Any], value: dict[Any, Any]) -> None:
        if id(value) in self.held:
            made.clear()
            made.update(self.held[id(value)])

    def _function(self, value: FunctionType) -> FunctionType:
        """A function of the program's with copies of what its closure and its defaults hold."""
        if value.__module__ != "__main__" or not (value.__closure__ or value.__defaults__):
            return value
        cells = tuple(self._cell(cell) for cell in value.__closure__ or ())
        twin = FunctionType(value.__code__, value.__globals__, value.__name__, None, cells)
        self._done[id(value)] = twin
        twin.__defaults__ = self.value(value.__defaults__)
        twin.__kwdefaults__ = self.value(value.__kwdefaults__)
        twin.__dict__.update(value.__dict__)
        return twin

    def _cell(self, cell: CellType) -> CellType:
        """The twin of a variable that functions may share."""
        twin: CellType | None = self._done.get(id(cell))
        if twin is None:
            self._alive.append(cell)
            twin = self._done[id(cell)] = CellType()
            with contextlib.suppress(ValueError):  # still empty
                twin.cell_contents = self.value(cell.cell_contents)
        return twin

    def _generator(self, value: Generator) -> Generator:
        twin = torch.Generator(value.device) if isinstance(value, torch.Generator) else copy.deepcopy(value)
        set_state(twin, self.generators.get(id(value), state_of(value)))
        return twin

    def _object(self, value: Any) -> Any:
        if isinstance(value, Iterator):
            return _ReadBefore()
        try:
            twin = copy.copy(value)
        except Exception:
            return value
        self._done[id(value)] = twin
        attributes = getattr(twin, "__dict__", None)
        if isinstance(attributes, dict):
            self._hold_again(attributes, vars(value))
            for name, item in list(attributes.items()):
                attributes[name] = self.value(item)
        return twin

    def _tensor(self, tensor: Tensor) -> Tensor:
        if type(tensor) is Tensor and tensor.layout is torch.strided and tensor.is_contiguous():
            storage = tensor.untyped_storage()
            if sharing(storage._cdata) <= ITS_OWN and storage.nbytes() == tensor.nbytes:
                return self._fresh(tensor.detach())
        if tensor.layout != torch.strided or type(tensor) not in (Tensor, torch.nn.Parameter):
            return self._cast(tensor.detach().clone())
        twin = self._in_storage(tensor.detach())
        return twin if type(tensor) is Tensor else torch.nn.Parameter(twin, tensor.requires_grad)

    def _in_storage(self, tensor: Tensor) -> Tensor:
        """The same part of the copy of a storage as the tensor is of the storage itself."""
        storage = tensor.untyped_storage()
        key = (storage.data_ptr(), tensor.dtype)
        whole = self._storages.get(key) if storage.nbytes() else None
        if whole is not None and whole.numel() * tensor.element_size() < storage.nbytes():
            whole = None  # numpy's arrays may begin at one place and be of different lengths
        if whole is None and storage.nbytes() == tensor.nbytes and tensor.is_contiguous():
            self._storages[key] = self._fresh(tensor)
            return self._storages[key].detach()
        if whole is None:
            flat = torch.empty(0, dtype=tensor.dtype, device=tensor.device)
            flat.set_(storage)
            whole = self._storages[key] = self._cast(flat.clone())
        return whole.as_strided(tensor.size(), tensor.stride(), tensor.storage_offset()).detach()

    def _fresh(self, tensor: Tensor) -> Tensor:
        if self.dtype is None or tensor.dtype is self.dtype:
            return tensor.clone()
        if tensor.is_floating_point() and self.dtype is torch.float64:
            return tensor.double()  # the short name takes half the time
        dtype = with_precision(tensor.dtype, self.dtype)
        return tensor.clone() if dtype is tensor.dtype else tensor.to(dtype)

    def _cast(self, tensor: Tensor) -> Tensor:
        return tensor if self.dtype is None else tensor.to(with_precision(tensor.dtype, self.dtype))
