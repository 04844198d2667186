"""What a line leans on that is right in every world, though not for any upstream gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

_ROUNDING = 1e-9


def reason_of(name: str, reads: Sequence[str], skipped: str, worlds: Sequence[Mapping[str, Tensor]]) -> str:
    """Why a gradient's line is right here. `worlds` have autograd's gradients in each, by name.

    `skipped` is what is said of a path that the line leaves out, if there is one.
    """
    known = [read for read in reads if all(read in world for world in worlds)]
    reasons = [_equal(name, read, worlds) for read in known]
    reasons += [skipped, *(said(read, worlds) for said in (_zeros, _symmetric, _sums) for read in known)]
    return next(filter(None, reasons), "right at every upstream gradient that can arrive here, not at any")


def _equal(name: str, read: str, worlds: Sequence[Mapping[str, Tensor]]) -> str:
    for other in worlds[0]:
        if other not in (read, name) and all(_is_alike(world, read, other) for world in worlds):
            return f"reads {read}, which always equals {other} here: right because of that"
    return ""


def _is_alike(world: Mapping[str, Tensor], read: str, other: str) -> bool:
    if other not in world or world[read].shape != world[other].shape:
        return False
    return _is_small(world[read] - world[other], world[read])


def _zeros(read: str, worlds: Sequence[Mapping[str, Tensor]]) -> str:
    entries = worlds[0][read].numel()
    zero = [world[read].abs() <= _ROUNDING * world[read].abs().max() for world in worlds if entries]
    count = int(torch.stack(zero).all(0).sum()) if entries else 0
    return (
        f"right because {read} is zero in {count} of its {entries} entries here"
        if 0 < count < entries
        else ""
    )


def _symmetric(read: str, worlds: Sequence[Mapping[str, Tensor]]) -> str:
    symmetric = all(_is_symmetric(world[read]) for world in worlds)
    return f"right because {read} is symmetric here" if symmetric else ""


def _sums(read: str, worlds: Sequence[Mapping[str, Tensor]]) -> str:
    for dim in range(worlds[0][read].dim()):
        if all(_is_small(world[read].sum(dim), world[read]) for world in worlds):
            return f"right because {read} sums to zero over dimension {dim} here"
    return ""


def _is_symmetric(tensor: Tensor) -> bool:
    square = tensor.dim() >= 2 and tensor.shape[-1] == tensor.shape[-2] > 1
    return square and _is_small(tensor - tensor.mT, tensor)


def _is_small(difference: Tensor, beside: Tensor) -> bool:
    if not difference.numel():
        return True
    return bool(difference.abs().max() <= _ROUNDING * beside.abs().max())
