"""Rules of images made larger or smaller: every entry gets back what it gave to the others."""

from __future__ import annotations

import ast

from ..node import Refused
from ..table import Use, rule, text_rule
from ..term import Term

_SHUFFLED = "The same numbers at other places: they are moved back."

text_rule(
    "pixel_shuffle(x, upscale_factor)",
    "x",
    "pixel shuffle",
    _SHUFFLED,
    "F.pixel_unshuffle(up, upscale_factor)",
)
text_rule(
    "pixel_unshuffle(x, downscale_factor)",
    "x",
    "pixel shuffle",
    _SHUFFLED,
    "F.pixel_shuffle(up, downscale_factor)",
)

_ALONG = {
    "nearest": "nearest",
    "linear": "linear",
    "bilinear": "linear",
    "area": "area",
    "nearest-exact": "nearest-exact",
}


@rule(
    "interpolate(x, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias)",
    "x",
    "resampling",
    "Every entry gets the gradients of the places that it gave to, each times its weight there; along each "
    "dimension these are the rows of a matrix.",
    "dx += weights @ dout @ weights.T",
)
def interpolate(use: Use) -> Term:
    mode = use.value("mode", "nearest")
    if mode == "nearest" and _is_repeated(use):
        return _summed_copies(use)
    if use.value("antialias", False) or mode not in (*_ALONG, "bicubic") or len(use.shape("x")) > 4:
        raise Refused(f"no rule for interpolate by {mode} with these options", use.line)
    last = use.full_up.through(
        "up @ weights.mT", (*use.out_shape[:-1], use.shape("x")[-1]), weights=_weights(use, -1)
    )
    if len(use.shape("x")) == 3:
        return last
    return last.through("weights @ up", use.shape("x"), weights=_weights(use, -2))


def _is_repeated(use: Use) -> bool:
    """Whether every entry was repeated so many times, and no more."""
    sizes = zip(use.shape("x")[2:], use.out_shape[2:], strict=True)
    return all(after % before == 0 for before, after in sizes)


def _summed_copies(use: Use) -> Term:
    term = use.full_up
    for at in range(2, len(use.shape("x"))):
        shape = (*term.shape[:at], use.shape("x")[at], *term.shape[at + 1 :])
        text = f"up.unflatten({at}, (x.shape[{at}], -1)).sum({at + 1})"
        term = term.through(text, shape, x=use.tree("x"))
    return term


def _weights(use: Use, at: int) -> ast.expr:
    """What each entry along a dimension gives to each place: what an entry of one alone becomes."""
    mode = use.value("mode", "nearest")
    eye = f"torch.eye(x.shape[{at}]).to(x)"
    corners = ", align_corners=align_corners" if "align_corners" in use.operands else ""
    if mode == "bicubic":
        sizes = f"(x.shape[{at}], out.shape[{at}])"
        return use.write(f'F.interpolate({eye}[None, None], {sizes}, mode="bicubic"{corners})[0, 0]')
    along = _ALONG[mode]
    return use.write(f'F.interpolate({eye}[None], out.shape[{at}], mode="{along}"{corners})[0]')
