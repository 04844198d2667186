"""How a program names its gradients, found by which scheme fits the names at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from operator import itemgetter

from msgspec.structs import replace

from .names import is_place
from .naming import DX, NamingScheme

_PATTERNS = (
    "d{} grad_{} {}_grad d_{} d{}_ {}_d dL_d{} dLd{} nabla_{} delta_{} g_{} {}_g grad{} {}grad gradient_{} "
    "{}_gradient {}Grad {}_bar bar_{} δ{} δ_{} {}_δ Δ{} Δ_{} dloss_d{} dcost_d{} dJ_d{} dE_d{} dC_d{} g{}"
).split()
"""The likeliest first: it counts where two fit equally well."""
_PLAIN = "grad_{} {}_grad gradient_{} {}_gradient nabla_{} d_{} d{}".split()
"""Those that hardly anything but a gradient is named by."""


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


def with_others(
    scheme: NamingScheme, names: Collection[str], written: Collection[str] | None = None
) -> NamingScheme:
    """The scheme, with those gradients as exceptions that are plainly named by another: `grad_W` beside `dh`.

    Only of tensors that have none by the scheme itself; only those that are `written`, where that is known.
    """
    known = frozenset(names)
    others = dict(scheme.exceptions)
    for pattern in _PLAIN:
        for gradient, tensor in sorted(pairs_of(NamingScheme(pattern), names).items()):
            paired = scheme.tensor(gradient) in known or scheme.tensor(tensor) in known
            if not paired and scheme.gradient(tensor) not in known and gradient in (written or known):
                others.setdefault(tensor, gradient)
    return replace(scheme, exceptions=tuple(others.items()))


def unusual_of(names: Collection[str]) -> NamingScheme | None:
    """The scheme by which most names are those of others and more; None where not two are."""
    names = [name for name in names if not is_place(name)]
    ends = Counter(
        (name[: -len(tensor)] + "{}" if name.endswith(tensor) else "{}" + name[len(tensor) :])
        for name in names
        for tensor in names
        if name != tensor and (name.endswith(tensor) or name.startswith(tensor))
    )
    lettered = [end for end in sorted(ends.items()) if any(map(str.isalpha, end[0]))]  # not x and x1
    pattern, times = max(lettered, key=itemgetter(1), default=("", 0))
    return NamingScheme(pattern) if times >= _LEAST else None


_LEAST = 2


def pairs_of(scheme: NamingScheme, names: Collection[str]) -> dict[str, str]:
    """By the name of a gradient, that of its tensor, where both are among the names."""
    known = frozenset(names)
    tensors = {name: scheme.tensor(name) for name in names}
    return {name: tensor for name, tensor in tensors.items() if tensor in known and tensor != name}
