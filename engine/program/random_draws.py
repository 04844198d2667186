"""Whether an iteration of a program may draw random numbers, by its text."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import lru_cache

from .program import Program
from .reachability import BY_TEXT, FUNCTIONS

_QUIET = frozenset(
    """
    T abs abs_ add add_ addcdiv addcmul addmm addmm_ amax amin aminmax any arange argmax argmin asin atan
    atan2 atanh avg_pool1d avg_pool2d backward baddbmm bfloat16 binary_cross_entropy
    binary_cross_entropy_with_logits bmm bool broadcast_to cat ceil chunk clamp clamp_ clamp_max clamp_min
    clone concat contiguous conv1d conv2d conv3d conv_transpose1d conv_transpose2d copy_ cos cosh
    cosine_similarity cross cross_entropy cummax cumprod cumsum det detach device diag diag_embed diagonal
    dim div div_ divide dot double dtype e einsum elu embedding empty empty_like eq erf erfc exp exp2 expand
    expand_as expm1 eye fill_ flatten flip float float16 float32 float64 floor fmax fmin fold full full_like
    functional gather ge gelu group_norm gt hardtanh huber_loss hypot index_add index_add_ index_copy
    index_fill index_put index_put_ index_select indices int32 int64 interpolate inv inverse isclose
    isfinite isinf isnan item kl_div l1_loss layer_norm le leaky_relu lerp linalg linear log log10 log1p
    log_softmax logaddexp logdet logical_and logical_not logical_or logsigmoid logsumexp long lt mT
    masked_fill matmul max max_pool1d max_pool2d maximum mean min minimum mish mm moveaxis movedim mse_loss
    mul mul_ multiply mv nan_to_num narrow ndim ne neg neg_ negative new_full new_ones new_zeros nll_loss nn
    nonzero norm normalize numel one_hot ones ones_like outer pad permute pi pow pow_ prelu prod reciprocal
    relu relu6 remainder repeat reshape roll round rsqrt rsub scatter scatter_ scatter_add scatter_add_
    select selu shape sigmoid sigmoid_ sign silu sin sinh size slogdet smooth_l1_loss softmax softmin
    softplus softsign solve sort split sqrt square squeeze stack std sub sub_ subtract sum sum_to_size
    swapaxes t take_along_dim tan tanh tensor tensordot tile to tolist topk trace transpose tril triu
    true_divide trunc type_as unbind unflatten unfold unsqueeze unsqueeze_ values var vdot vecdot
    vector_norm view view_as where xlogy zero_ zeros zeros_like
    """.split()
)
"""Attributes of torch, its functions and its tensors of which none draws."""
_WHOLE = frozenset("randint randint_like randperm".split())
"""Those that draw whole numbers, which are the same in any precision."""
_AT_FIRST = frozenset(
    """
    Generator append extend get_default_dtype index items join keys linspace logspace lower manual_seed
    meshgrid normal normal_ rand rand_like randint randn randn_like randperm repeat_interleave split strip
    to uniform_ update upper values
    """.split()
)
"""Those that the beginning may call as well: what they draw is drawn before the first iteration."""
_SECTIONS = ("forward", "backward", "update")
_OTHER_GENERATORS = re.compile(
    r"(?<!torch\.)\b(random|np|numpy|__import__|exec|eval)\b|^\s*(import|from)\s+(?!torch\b|math\b)",
    re.MULTILINE,
)


def may_draw_elsewhere(program: Program) -> bool:
    """Whether it may draw from another generator than torch's: it names one, or imports or makes code."""
    return _OTHER_GENERATORS.search(program.text) is not None


@lru_cache(maxsize=8)
def draws_nothing(program: Program) -> bool:
    """Whether no iteration can draw: False in doubt."""
    return _names_nothing_but(program, _QUIET)


@lru_cache(maxsize=8)
def draws_whole_numbers(program: Program) -> bool:
    """Whether an iteration can draw no other numbers: False in doubt."""
    return _names_nothing_but(program, _QUIET | _WHOLE)


def _names_nothing_but(program: Program, quiet: frozenset[str]) -> bool:
    if BY_TEXT.search(program.text):
        return False
    trees = [section.tree for section in program.sections]
    if any(_imports_others(node) for tree in trees for node in ast.walk(tree)):
        return False
    own = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    known = own.union(vars(builtins))
    return all(
        _is_quiet(node, known, quiet if iterates else quiet | _AT_FIRST)
        for section in program.sections
        for node, iterates in _nodes(section.tree, section.kind in _SECTIONS)
    )


def _imports_others(node: ast.AST) -> bool:
    """Whether it imports more than torch and math, whose names say what they do."""
    if isinstance(node, ast.Import):
        return any(one.name.partition(".")[0] not in ("torch", "math") for one in node.names)
    return isinstance(node, ast.ImportFrom)


def _nodes(tree: ast.AST, iterates: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether an iteration may run it: functions and generators wait for it to do so.

    So does what the beginning names without a call: a function of torch, say.
    """
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    queue = [(tree, iterates)]
    while queue:
        node, late = queue.pop()
        late = late or isinstance(node, (*FUNCTIONS, ast.GeneratorExp))
        yield node, late or (isinstance(node, ast.Attribute) and id(node) not in called)
        queue += [(child, late) for child in ast.iter_child_nodes(node)]


def _is_quiet(node: ast.AST, known: set[str], quiet: frozenset[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in quiet
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) or (
            isinstance(node.func, ast.Name) and node.func.id in known
        )
    return True
