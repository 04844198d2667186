"""A copy of everything a program can reach, cast to another precision, aliases kept."""

from __future__ import annotations

import contextlib
import copy
import functools
import io
from collections.abc import Iterable, Iterator
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, MethodWrapperType, ModuleType
from typing import Any

import torch
from torch import Tensor

from ...tensors.aliasing import ITS_OWN, sharing
from ...tensors.dtypes import with_precision
from ...tensors.inert import attributes_of, is_a, is_any, is_its_attributes, is_tensor, module_of
from ...tensors.kinds import plain, unreadable
from ...tensors.rng_state import GENERATORS, Generator, RandomState, set_state, state_of
from ..containers import Contents
from ..given_again import Given, GivenAgain, has_to_remember
from ..holders import CELL, DICT, ITERATOR, MAIN, PLAIN, Kind, holders_of, made_again
from ..recording.steps import Slot

_ATOMS = (type, ModuleType, torch.dtype, torch.device, torch.Size)
"""What stands for itself in a copy, beside plain values."""


class Unrepeatable(Exception):
    """The program reads something that gives every value once."""


class StateCopy:
    """Copies values as they were; what shared memory or identity before does so afterwards.

    Floating and complex tensors are cast to the precision of `dtype`; None leaves every dtype as it is.
    `contents` are what holders held then, `random` has the states of generators; of others the ones of now
    count.
    """

    def __init__(
        self,
        dtype: torch.dtype | None,
        contents: Contents | None = None,
        random: RandomState | None = None,
    ) -> None:
        self.dtype = dtype
        self._then = contents or Contents((), {MAIN})
        self._own = self._then.own
        self._held = self._then.held()
        owned = random.owned if random is not None else ()
        self._states = {id(generator): state for generator, state in owned}
        self._done: dict[int, Any] = {}
        self._storages: dict[tuple[int, torch.dtype], Tensor] = {}
        self._alive: list[Any] = []
        self._give_values_of_then(self._then.slots)

    def slots(self, slots: Iterable[Slot]) -> dict[str, Any]:
        """The values of slots by name; a value saved before a change in place stands for its origin."""
        slots = list(slots)
        self._give_values_of_then(slots)
        return {slot.name: self.value(slot.origin) for slot in slots}

    def put_in_place(self) -> None:
        """Let the program's classes and modules, which are there once, hold the copies."""
        for (thing, kind), contents in self._then.of_one_kind():
            kind.put(thing, kind.mapped(contents, self.value))

    def given(self, given: Given) -> Any:
        """The copy of what an iterator gave, with what it held then."""
        self._held = {**given.contents.held(), **self._held}
        self._give_values_of_then(given.contents.slots)
        return self.value(given.value)

    def _give_values_of_then(self, slots: Iterable[Slot]) -> None:
        """Give the copies of tensors that changed in place the values that were saved."""
        changed = [slot for slot in slots if slot.value is not slot.origin]
        with torch.no_grad() if changed else contextlib.nullcontext():
            for slot in changed:
                self.value(slot.origin).copy_(slot.value)

    def value(self, value: Any) -> Any:
        """The copy of any value; the same object always gives the same copy."""
        if type(value) in PLAIN or (type(value) is not Tensor and is_any(value, _ATOMS)):
            return value
        key = id(value)
        if key not in self._done:
            self._alive.append(value)
            self._done[key] = self._copy(value)
        return self._done[key]

    def _copy(self, value: Any) -> Any:
        if is_tensor(value):
            return self._tensor(value)
        if is_any(value, GENERATORS):
            return self._generator(value)
        if is_any(value, (tuple, frozenset)):
            return made_again(value, [*map(self.value, value)])
        if is_a(value, FunctionType):
            return self._function(value)
        if callable(value) and not is_a(value, type):
            return self._callable(value)
        if is_a(value, GivenAgain):
            return _Again(value, self)
        if is_a(value, io.IOBase):
            return _silent(value)
        if has_to_remember(value) and module_of(type(value)) not in self._own:
            return _ReadBefore()
        return self._object(value)

    def _callable(self, value: Any) -> Any:
        if is_any(value, (MethodType, BuiltinFunctionType, MethodWrapperType)):
            return self._method(value)
        if is_a(value, functools._lru_cache_wrapper):
            # what it remembers is of another precision
            return functools.lru_cache(**value.cache_parameters())(self.value(value.__wrapped__))
        if is_a(value, functools.partial):
            function, *args = map(self.value, (value.func, *value.args))
            return functools.partial(function, *args, **DICT.mapped(value.keywords, self.value))
        return self._object(value)

    def _method(self, value: MethodType | BuiltinFunctionType | MethodWrapperType) -> Any:
        owner = self.value(value.__self__)
        if is_a(value, MethodType) and type(owner) is type(value.__self__):
            return MethodType(self.value(value.__func__), owner)
        return value if owner is value.__self__ else getattr(owner, value.__name__)

    def _object(self, value: Any) -> Any:
        try:
            twin = copy.copy(value)
        except Exception:
            return value
        if twin is value:
            return value
        self._done[id(value)] = twin
        if is_its_attributes(value):
            object.__setattr__(twin, "__dict__", twin)
        self._fill(twin, value)
        return twin

    def _fill(self, twin: Any, value: Any) -> None:
        """Let a twin hold copies of what a value held."""
        pairs = zip(holders_of(value, self._own), holders_of(twin, self._own), strict=False)
        for (thing, kind), (other, _) in pairs:
            kind.put(other, kind.mapped(self.contents(thing, kind), self.value))

    def contents(self, thing: Any, kind: Kind) -> Any:
        """What a thing held at the checkpoint; what it holds where that is not known."""
        key = id(thing), kind
        return self._held[key] if key in self._held else kind.contents(thing)

    def _function(self, value: FunctionType) -> FunctionType:
        """A function of the program's with copies of what its closure, defaults and attributes hold."""
        if module_of(value) not in self._own or not _holds(value):
            return value
        cells = tuple(map(self._cell, value.__closure__ or ()))
        twin = FunctionType(value.__code__, value.__globals__, value.__name__, None, cells)
        self._done[id(value)] = twin
        twin.__defaults__ = self.value(value.__defaults__)
        twin.__kwdefaults__ = self.value(value.__kwdefaults__)
        vars(twin).update(DICT.mapped(self.contents(vars(value), DICT), self.value))
        return twin

    def _cell(self, cell: CellType) -> CellType:
        """The twin of a variable that functions may share."""
        twin: CellType | None = self._done.get(id(cell))
        if twin is None:
            self._alive.append(cell)
            twin = self._done[id(cell)] = CellType()
            CELL.put(twin, CELL.mapped(self.contents(cell, CELL), self.value))
        return twin

    def _generator(self, value: Generator) -> Generator:
        twin = torch.Generator(value.device) if is_a(value, torch.Generator) else copy.deepcopy(value)
        set_state(twin, self._states.get(id(value), state_of(value)))
        return twin

    def _tensor(self, tensor: Tensor) -> Tensor:
        twin = self._numbers(tensor)
        if attributes := attributes_of(tensor):
            self._done[id(tensor)] = twin
            vars(twin).update(DICT.mapped(self.contents(attributes, DICT), self.value))
        return twin

    def _numbers(self, tensor: Tensor) -> Tensor:
        if unreadable(tensor):
            return tensor
        if type(tensor) is Tensor and tensor.layout is torch.strided and tensor.is_contiguous():
            storage = tensor.untyped_storage()
            if sharing(storage._cdata) <= ITS_OWN and storage.nbytes() == tensor.nbytes:
                return self._fresh(tensor.detach())
        if tensor.layout != torch.strided or type(tensor) not in (Tensor, torch.nn.Parameter):
            return self._cast(plain(tensor).clone())
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


def _holds(function: FunctionType) -> bool:
    """Whether there is anything about it that could change."""
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return bool(function.__closure__ or vars(function)) or not PLAIN.issuperset(map(type, defaults))


class _Again(Iterator[Any]):
    """Gives copies of what an iterator gave since a checkpoint."""

    def __init__(self, iterator: GivenAgain, copies: StateCopy) -> None:
        self._at: Given = copies.contents(iterator, ITERATOR)
        self._copies = copies

    def __next__(self) -> Any:
        given = self._at.then
        if given is None:
            raise Unrepeatable("the program reads on in an iterator, further than it did")
        self._at = given
        if given.random is not None:
            given.random.restore(self._copies.value)
        if given.is_end:
            raise StopIteration
        return self._copies.given(given)

    def send(self, value: Any) -> Any:
        """What a generator gave when it was resumed."""
        return next(self)


class _ReadBefore(Iterator[Any]):
    """Stands for an iterator or a file, which has moved on since the iteration began."""

    def __next__(self) -> Any:
        raise Unrepeatable("the program reads what cannot be read once more")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return next(self)


def _silent(file: io.IOBase) -> Any:
    """Stands for a file: what is written once more goes nowhere."""
    if not file.closed and file.writable():
        return io.StringIO() if isinstance(file, io.TextIOBase) else io.BytesIO()
    return _ReadBefore()
