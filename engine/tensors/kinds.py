"""What kind of tensor one is, and whether there are numbers in it that can be read."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .inert import in_class, name_of_type

_UNASKED = torch._C.DisableTorchFunctionSubclass
"""Inside it a class that answers for its tensors itself is not asked."""
_is_inside_function = torch._C._functorch.is_functorch_wrapped_tensor
_Uninitialized: type = torch.nn.parameter.UninitializedTensorMixin  # type: ignore[attr-defined]
_LAID_OUT = 1_000_000
"""A sparse tensor of more entries is not laid out to be read."""
COMPUTED = frozenset(
    {torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}
    | {torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.complex128}
)
"""The dtypes that every operation of torch takes."""


class Unreadable(NamedTuple):
    """What a tensor is that has no numbers to be read: in a word, and as `it is ...` has it."""

    word: str
    words: str


def shape_of(tensor: Tensor) -> tuple[int, ...] | None:
    """The sizes of a tensor; None where they are no plain numbers, as of a nested one."""
    with _UNASKED():
        try:
            sizes = tuple(tensor.shape)
        except Exception:  # nested, or not yet initialized
            return None
    return sizes if all(type(size) is int for size in sizes) else None


def kind_of(tensor: Tensor) -> str:
    """`float32`, `float32 sparse_coo`, `float32 meta`, `quint8`: the dtype, and what else is odd."""
    with _UNASKED():
        return " ".join(filter(None, (str(tensor.dtype).removeprefix("torch."), _layout(tensor))))


def _layout(tensor: Tensor) -> str:
    if tensor.is_nested:
        return "nested"
    if tensor.is_meta:
        return "meta"
    return "" if tensor.layout is torch.strided else str(tensor.layout).removeprefix("torch.").strip("_")


def may_be_freed(tensor: Tensor) -> bool:
    """Whether a tensor reaches beyond its memory; asked quickly, yes of one that repeats its entries."""
    return tensor.nbytes > tensor.untyped_storage().nbytes()


def dtype_of(tensor: Tensor) -> torch.dtype:
    """The dtype of a tensor."""
    with _UNASKED():
        return tensor.dtype


def device_of(tensor: Tensor) -> str:
    """`cpu`, `cuda:0`: where a tensor lies."""
    with _UNASKED():
        return str(tensor.device)


def unreadable(tensor: Tensor) -> Unreadable | None:
    """What a tensor is whose numbers cannot be read; None where they can. Runs no code of its class."""
    if type(tensor) is Tensor and tensor.dtype in COMPUTED and not _is_odd(tensor):
        return _freed(tensor)
    with _UNASKED():
        if tensor.is_nested:
            return Unreadable("nested", f"a nested tensor of {tensor.size(0)} parts")
        if tensor.is_meta:
            return Unreadable("meta", "a meta tensor, which has no data")
        if _is_inside_function(tensor):
            return Unreadable("inside torch.func", "a tensor from inside a function of torch.func")
        return _of_its_class(tensor) or _without_numbers(tensor)


def _is_odd(tensor: Tensor) -> bool:
    strided = tensor.layout is torch.strided
    return not strided or tensor.is_nested or tensor.is_meta or _is_inside_function(tensor)


def _of_its_class(tensor: Tensor) -> Unreadable | None:
    kind = type(tensor)
    if kind is Tensor:
        return None
    if issubclass(kind, _Uninitialized):
        return Unreadable("uninitialized", "a parameter that is not initialized")
    if in_class(kind, "__torch_dispatch__") is in_class(Tensor, "__torch_dispatch__"):
        return None
    name = name_of_type(tensor)
    return Unreadable(name, f"a {name}, which keeps its numbers to itself")


def _without_numbers(tensor: Tensor) -> Unreadable | None:
    if str(tensor.dtype).startswith("torch.bits"):
        return Unreadable("bits", f"a {kind_of(tensor)} tensor, which has no numbers")
    return _freed(tensor) if tensor.layout is torch.strided else None


def too_wide(tensor: Tensor) -> Unreadable | None:
    """What a readable tensor is that would take too much to be looked at; None of any other."""
    if type(tensor) is Tensor and tensor.layout is torch.strided:
        return None
    with _UNASKED():
        if tensor.layout is torch.strided or tensor.numel() <= _LAID_OUT:
            return None
        layout = _layout(tensor)
        return Unreadable(layout, f"a {layout} tensor of {tensor.numel()} entries, too many to lay out")


def _freed(tensor: Tensor) -> Unreadable | None:
    if _reach(tensor) <= tensor.untyped_storage().nbytes():
        return None
    return Unreadable("freed", "a tensor whose memory was freed")


def _reach(tensor: Tensor) -> int:
    """How many bytes of its memory a tensor reaches into."""
    entries = tensor.numel()
    if entries and not tensor.is_contiguous():
        places = zip(tensor.shape, tensor.stride(), strict=True)
        entries = 1 + sum((size - 1) * int(stride) for size, stride in places)
    return int(tensor.storage_offset() + entries) * tensor.element_size() if entries else 0


def plain(tensor: Tensor) -> Tensor:
    """The tensor without graph, and without a class that answers for it."""
    if type(tensor) is Tensor:
        return tensor.detach()
    with _UNASKED():
        return tensor.detach()


def has_graph(tensor: Tensor) -> bool:
    """Whether it was computed from others that require grad."""
    if type(tensor) is Tensor:
        return tensor.grad_fn is not None
    with _UNASKED():
        return tensor.grad_fn is not None


def requires_grad(tensor: Tensor) -> bool:
    """Whether autograd has a gradient for it."""
    if type(tensor) is Tensor:
        return tensor.requires_grad
    with _UNASKED():
        return tensor.requires_grad


def equal(one: Tensor, other: Tensor) -> bool:
    """`torch.equal`; true of tensors that torch cannot compare: nobody can tell that they differ.

    Whoever watches what the program calls does not see it.
    """
    if unreadable(one) or unreadable(other):
        return True
    try:
        with torch._C.DisableTorchFunction():
            return torch.equal(one, other)
    except RuntimeError:
        return True


def as_numbers(tensor: Tensor) -> Tensor:
    """A readable tensor without graph, strided and of a dtype that torch computes with."""
    if type(tensor) is Tensor and tensor.layout is torch.strided and tensor.dtype in COMPUTED:
        return tensor.detach()
    with _UNASKED():
        plain = tensor.detach()
        if plain.layout is not torch.strided:
            plain = plain.to_dense()
        if plain.is_quantized:
            plain = plain.dequantize()
        if plain.dtype in COMPUTED:
            return plain
        return plain.to(_wider(plain.dtype))


def _wider(dtype: torch.dtype) -> torch.dtype:
    if dtype.is_complex:
        return torch.complex64
    return torch.float32 if dtype.is_floating_point else torch.int64
