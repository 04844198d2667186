"""What torch's operations do, as far as their names tell. Plain data: nothing here needs torch.

One fact is a set of names, or torch's own rule for giving them. Names are those of functions, methods and
attributes alike, without what stands before the dot. What is differentiated how is no fact of this kind:
that is the table of rules.
"""

from __future__ import annotations

_INPLACE_POSITIONS = {
    **dict.fromkeys("relu relu6 selu silu mish hardswish hardsigmoid".split(), 1),
    **dict.fromkeys("elu celu leaky_relu".split(), 2),
    **dict.fromkeys("threshold hardtanh alpha_dropout feature_alpha_dropout".split(), 3),
    **dict.fromkeys("dropout dropout1d dropout2d dropout3d".split(), 3),
    "rrelu": 4,
}
"""Functions of torch.nn.functional, and which argument says `inplace`."""
CHANGING_ARGUMENTS = frozenset({"out", "inplace"})
"""Arguments that name what is changed, or say that the first one is."""


def changes_in_place(name: str) -> bool:
    """Whether a function changes its tensor, as torch names them: `add_`, and neither `__add__` nor `_`."""
    return len(name) > 1 and name.endswith("_") and not name.endswith("__")


def out_of_place(name: str) -> str:
    """The operation that gives a new tensor: `add` for `add_`, any other name as it is."""
    return name[:-1] if changes_in_place(name) else name


def inplace_position(name: str) -> int | None:
    """Which positional argument of a function says `inplace`; None where none does."""
    return _INPLACE_POSITIONS.get(name)


_VIEWS = frozenset(
    """
    as_strided detach diagonal expand expand_as mT movedim narrow permute select squeeze swapaxes t
    transpose unflatten unfold unsqueeze view view_as
    """.split()
)


def gives_view(name: str) -> bool:
    """Whether the result of a method shares memory with its tensor, always."""
    return name in _VIEWS


_FLOATS = frozenset(
    """
    bernoulli bernoulli_ cauchy_ exponential_ geometric_ log_normal_ multinomial normal normal_ poisson rand
    rand_like randn randn_like random_ trunc_normal_ uniform_
    """.split()
)
_INTEGERS = frozenset("randint randint_like randperm".split())
_SCALED_MASKS = frozenset("dropout dropout1d dropout2d dropout3d".split())
_OTHER_MASKS = frozenset("alpha_dropout feature_alpha_dropout feature_dropout gumbel_softmax rrelu".split())
_WORDS_OF_CHANCE = ("rand", "drop", "normal", "multinomial", "bernoulli", "sample")


def draws(name: str) -> bool:
    """Whether an operation draws random numbers."""
    return draws_floats(name) or draws_integers(name) or draws_mask(name)


def draws_floats(name: str) -> bool:
    """Whether it gives numbers that are others in another precision, though drawn from the same state."""
    return name in _FLOATS


def draws_integers(name: str) -> bool:
    """Whether it gives whole numbers, which are the same in any precision."""
    return name in _INTEGERS


def draws_scaled_mask(name: str) -> bool:
    """Whether it is the product with a mask that it draws, whose entries are 0 and 1 / (1 - p)."""
    return name in _SCALED_MASKS


def draws_mask(name: str) -> bool:
    """Whether it applies random numbers that have no name in the program."""
    return name in _SCALED_MASKS or name in _OTHER_MASKS


def may_draw(name: str) -> bool:
    """Whether a function, one of the program's own maybe, is named like one that draws: True in doubt."""
    return draws(name) or (not is_quiet(name) and any(word in name.casefold() for word in _WORDS_OF_CHANCE))


_ALLOCATING = frozenset("empty empty_like new_empty new_zeros zeros zeros_like".split())
_CREATING = frozenset("arange empty eye full linspace ones zeros".split())
_DRAWN_BY_SIZE = frozenset("normal rand randint randn randperm".split())
_RESHAPING = frozenset("expand reshape view".split())
_BY_DIMENSION = frozenset("amax amin flatten mean permute size squeeze sum transpose unsqueeze".split())
_SIZES = frozenset("len numel size".split())
_SHAPES_OF_OTHERS = frozenset("dim new_ones new_zeros".split())
_TRAITS = frozenset("device dtype ndim shape".split())
SETTINGS = frozenset("axis device dim dtype keepdim keepdims out".split())
"""Arguments that say how something is computed, and take no part in the arithmetic."""


def allocates(name: str) -> bool:
    """Whether a function makes memory that is there to be filled."""
    return name in _ALLOCATING


def takes_sizes(name: str) -> bool:
    """Whether the arguments of a function or method are sizes."""
    return name in _CREATING or name in _DRAWN_BY_SIZE or name in _RESHAPING


def takes_dimensions(name: str) -> bool:
    """Whether the arguments of a method are dimensions or sizes of its tensor, and no operands."""
    return name in _BY_DIMENSION or name in _RESHAPING


def gives_size(name: str) -> bool:
    """Whether a function or method gives a size."""
    return name in _SIZES


def is_trait(name: str) -> bool:
    """Whether an attribute of a tensor says what it is like, and nothing of its entries."""
    return name in _TRAITS


def reads_shape_only(name: str) -> bool:
    """Whether a function or method looks at a tensor's shape alone: `ones_like`, `size`, `new_zeros`."""
    return name.endswith("_like") or name in _SIZES or name in _SHAPES_OF_OTHERS


def takes_shape_of_argument(name: str) -> bool:
    """Whether a method looks at the shape or the type of its argument alone: `view_as`, `type_as`."""
    return name.endswith("_as")


_EXACT = frozenset(
    """
    __array__ __bool__ __eq__ __float__ __int__ __ne__ argwhere bool count_nonzero eq equal isin item
    logical_and logical_not logical_or logical_xor ne nonzero numpy tolist unique
    """.split()
)
_CASTS = frozenset("bfloat16 bool double float half int long to type type_as".split())
_BROADCASTING = frozenset("add div expand lerp maximum minimum mul pow sub where".split())


_KINKED = frozenset(
    """
    __abs__ __ge__ __gt__ __le__ __lt__ abs absolute adaptive_max_pool1d adaptive_max_pool2d amax amin aminmax
    celu clamp clamp_max clamp_min clip cummax cummin fmax fmin ge greater greater_equal gt hardshrink
    hardsigmoid hardswish hardtanh kthvalue l1_loss le leaky_relu less less_equal lt max max_pool1d max_pool2d
    max_pool3d maximum median min minimum mode nanmedian prelu relu relu6 rrelu softshrink sort threshold topk
    """.split()
)


def has_kinks(name: str) -> bool:
    """Whether a function has kinks or ties, or compares as those do who write one by hand."""
    return out_of_place(name) in _KINKED


_CLIPPING = frozenset("clamp clamp_max clamp_min clip".split())


def clips(name: str) -> bool:
    """Whether it limits how large entries may be."""
    return out_of_place(name) in _CLIPPING


def limits(name: str) -> bool:
    """The same, or whether it may be used to."""
    return clips(name) or out_of_place(name) in {
        "fmax",
        "fmin",
        "hardtanh",
        "max",
        "maximum",
        "min",
        "minimum",
    }


_LEAVING = frozenset(
    """
    __array__ __float__ data detach detach_ float inference_mode item no_grad numpy set_grad_enabled tolist
    """.split()
)


def leaves_graph(name: str) -> bool:
    """Whether what it gives depends on its tensor and autograd is not to know: True in doubt."""
    return name in _LEAVING


def compares_exactly(name: str) -> bool:
    """Whether it asks of a number whether it is exactly another, as is done with masks and codes."""
    return name in _EXACT


def casts(name: str) -> bool:
    """Whether it gives the same numbers as another type."""
    return name in _CASTS


def broadcasts(name: str) -> bool:
    """Whether its operands are broadcast to one shape."""
    return name in _BROADCASTING


_OTHERS_THAT_ARE_QUIET = frozenset(
    """
    T abs addcdiv addcmul addmm aminmax any argmax argmin asin atan atan2 atanh avg_pool1d avg_pool2d
    backward baddbmm binary_cross_entropy binary_cross_entropy_with_logits bmm broadcast_to cat ceil chunk
    clamp clamp_max clamp_min clone concat contiguous conv1d conv2d conv3d conv_transpose1d conv_transpose2d
    copy_ cos cosh cosine_similarity cross cross_entropy cummax cumprod cumsum det diag diag_embed divide
    dot e einsum elu embedding erf erfc exp exp2 expm1 fill_ flip float16 float32 float64 floor fmax fmin
    fold full_like functional gather ge gelu group_norm gt hardtanh huber_loss hypot index_add index_copy
    index_fill index_put index_select indices int32 int64 interpolate inv inverse isclose isfinite isinf
    isnan kl_div l1_loss layer_norm le leaky_relu linalg linear log log10 log1p log2 log_softmax logaddexp
    logdet logsigmoid logspace logsumexp lt masked_fill matmul max max_pool1d max_pool2d meshgrid min mish
    mm moveaxis mse_loss multiply mv nan_to_num neg negative new_full nll_loss nn norm normalize one_hot
    ones_like outer pad pi prelu prod reciprocal relu relu6 remainder repeat repeat_interleave roll round
    rsqrt rsub scatter scatter_add selu sigmoid sign silu sin sinh slogdet smooth_l1_loss softmax softmin
    softplus softsign solve sort split sqrt square stack std subtract sum_to_size take_along_dim tan tanh
    tensor tensordot tile topk trace tril triu true_divide trunc unbind values var vdot vecdot vector_norm
    xlogy zero_
    """.split()
)
_QUIET = _OTHERS_THAT_ARE_QUIET.union(
    *(_VIEWS, _ALLOCATING, _CREATING, _RESHAPING, _BY_DIMENSION, _SIZES, _SHAPES_OF_OTHERS, _TRAITS),
    *(_EXACT, _CASTS, _BROADCASTING),
)


def is_quiet(name: str) -> bool:
    """Whether an attribute of torch, of a function's module or of a tensor is known to draw nothing."""
    return name in _QUIET or out_of_place(name) in _QUIET


_MODULES = frozenset("F functional init math nn np torch".split())


def names_module(name: str) -> bool:
    """Whether a name stands for a module by custom: what its functions work on is their first argument."""
    return name in _MODULES
