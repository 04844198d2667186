"""All rows: to import this is to have the table filled."""

from .ops import (  # noqa: F401
    activations,
    arithmetic,
    choices,
    complex_numbers,
    convolutions,
    einsum,
    elementwise,
    fourier,
    joining,
    linear_algebra,
    losses,
    normalization,
    parts,
    picking,
    products,
    reductions,
    resampling,
    shapes,
    statistics,
    views,
)
