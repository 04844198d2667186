"""How a program names its gradients, found by which scheme fits the names at hand."""

from __future__ import annotations

from collections.abc import Collection

from .naming import DX, NamingScheme

_PATTERNS = (
    "d{} grad_{} {}_grad d_{} d{}_ {}_d dL_d{} dLd{} nabla_{} delta_{} g_{} {}_g grad{} {}grad gradient_{} "
    "{}_gradient {}_bar bar_{} δ{} δ_{} {}_δ Δ{} Δ_{} dloss_d{} dcost_d{} dJ_d{} dE_d{} dC_d{}"
).split()
"""The likeliest first: it counts where two fit equally well."""


def scheme_of(
    names: Collection[str], losses: Collection[str] = (), written: Collection[str] | None = None
) -> NamingScheme:
    """The scheme by which most of the names are gradients of others; `dX` where none is.

    Only those that are `written` count as gradients, where that is known.
    """
    by_loss = [f"d{loss}{joint}d{{}}" for loss in losses for joint in ("_", "")]
    schemes = [NamingScheme(pattern) for pattern in dict.fromkeys([*_PATTERNS, *by_loss])]

    def fits(scheme: NamingScheme) -> int:
        pairs = pairs_of(scheme, names)
        return len(pairs if written is None else pairs.keys() & set(written))

    best = max(schemes, key=fits)
    return best if fits(best) else DX


def pairs_of(scheme: NamingScheme, names: Collection[str]) -> dict[str, str]:
    """By the name of a gradient, that of its tensor, where both are among the names."""
    known = frozenset(names)
    tensors = {name: scheme.tensor(name) for name in names}
    return {name: tensor for name, tensor in tensors.items() if tensor in known and tensor != name}
