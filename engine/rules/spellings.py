"""One name for every operation, whatever way a program spells it."""

from __future__ import annotations

BINARY = {
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "Div": "div",
    "Pow": "pow",
    "MatMult": "matmul",
}
"""Python's operators by the names of their classes in `ast`."""

CALLS = {
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "negative": "neg",
    "mm": "matmul",
    "bmm": "matmul",
    "mv": "matmul",
    "dot": "matmul",
    "t": "T",
    "relu_": "relu",
    "swapaxes": "transpose",
    "swapdims": "transpose",
    "absolute": "abs",
    "concat": "cat",
    "concatenate": "cat",
    "view_as": "reshape_as",
    "moveaxis": "movedim",
    "adjoint": "mH",
    "inner": "matmul",
    "ger": "outer",
    "inverse": "inv",
    "linalg_inv": "inv",
    "linalg_det": "det",
    "linalg_solve": "solve",
    "linalg_cholesky": "cholesky",
    "linalg_slogdet": "slogdet",
    "linalg_solve_triangular": "solve_triangular",
    "fft_fft": "fft",
    "fft_ifft": "ifft",
    "fft_rfft": "rfft",
    "fft_irfft": "irfft",
    "fft_fft2": "fft2",
    "fft_ifft2": "ifft2",
    "split_with_sizes": "split",
    "resolve_conj": "identity",
    "clone": "identity",
    "double": "to",
    "float": "to",
    "half": "to",
    "bfloat16": "to",
    "contiguous": "identity",
    "requires_grad_": "identity",
    "clip": "clamp",
    "clamp_min": "clamp",
    "fmax": "maximum",
    "fmin": "minimum",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "vector_norm": "norm",
    "linalg_norm": "norm",
    "linalg_vector_norm": "norm",
    "fix": "trunc",
    "sgn": "sign",
    "special_expit": "sigmoid",
    "expit": "sigmoid",
}
"""Other names of functions, methods and attributes."""

METHODS = {
    "where": "where of",
    "unfold": "Tensor.unfold",
}
"""Methods of tensors that are not the function of that name."""

BUILTINS = {
    "sum": "sum of several",
    "max": "max of Python",
    "min": "min of Python",
}
"""Python's own functions that are not torch's of that name."""

BETWEEN = {"max": "maximum", "min": "minimum"}
"""Reductions that are something else between two tensors."""

KEYWORDS = {
    "dtype": "kind",
    "axis": "dim",
    "axis0": "dim0",
    "axis1": "dim1",
    "keepdims": "keepdim",
    "input": "x",
    "self": "x",
    "other": "y",
    "mat1": "x",
    "mat2": "y",
    "batch1": "x",
    "batch2": "y",
    "vec": "y",
    "vec1": "x",
    "vec2": "y",
    "tensor": "y",
    "tensor1": "x",
    "tensor2": "y",
    "exponent": "y",
    "target": "y",
    "tensors": "xs",
    "A": "x",
    "B": "y",
    "x1": "x",
    "x2": "y",
    "num_groups": "groups",
    "operands": "xs",
    "ord": "p",
    "negative_slope": "slope",
    "min_val": "low",
    "max_val": "high",
    "normalized_shape": "sizes",
    "destination": "place",
    "split_size_or_sections": "size",
    "split_size": "size",
    "indices_or_sections": "sections",
    "repeats": "times",
    "indices": "index",
}
"""Other names of parameters."""
