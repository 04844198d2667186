"""All rows: to import this is to have the table filled."""

from .ops import (  # noqa: F401
    activations,
    arithmetic,
    choices,
    convolutions,
    einsum,
    elementwise,
    joining,
    losses,
    normalization,
    parts,
    picking,
    products,
    reductions,
    shapes,
    statistics,
    views,
)
