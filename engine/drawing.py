"""Whether an iteration of a program may draw random numbers, by its text."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import lru_cache

from .program import Program
from .reach import BY_TEXT, FUNCTIONS

_QUIET = frozenset(
    """
    T abs add amax amin arange argmax argmin backward bmm bool cat ceil chunk clamp clone contiguous copy_
    cos cross_entropy cumsum detach device diag diagonal dim div double dtype e einsum eq erf exp expand
    expand_as expm1 eye fill_ flatten flip float fold full full_like functional gather ge gelu gt
    index_add index_add_ index_select indices item le log log1p log_softmax logsumexp long lt mT masked_fill
    matmul max maximum mean min minimum mm movedim mse_loss mul mv ndim ne neg nll_loss nn numel one_hot
    ones ones_like outer permute pi pow prod reciprocal relu repeat reshape roll rsqrt scatter scatter_
    scatter_add scatter_add_ shape sigmoid sign sin size softmax softplus sort split sqrt square squeeze
    stack std sub sum swapaxes t take_along_dim tan tanh tensor tolist topk transpose tril triu unbind
    unflatten unfold unsqueeze values var view view_as where zero_ zeros zeros_like
    """.split()
)
"""Attributes of torch, its functions and its tensors of which none draws."""
_WHOLE = frozenset("randint randint_like randperm".split())
"""Those that draw whole numbers, which are the same in any precision."""
_SECTIONS = ("forward", "backward", "update")


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
    if any(isinstance(node, ast.ImportFrom) for tree in trees for node in ast.walk(tree)):
        return False
    own = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    known = own.union(vars(builtins))
    watched = [*_that_iterate(program), *_left_lying(program)]
    return all(_is_quiet(node, known, quiet) for tree in watched for node in ast.walk(tree))


def _that_iterate(program: Program) -> Iterator[ast.AST]:
    """What runs in an iteration: three sections, and every function."""
    for section in program.sections:
        if section.kind in _SECTIONS:
            yield section.tree
        else:
            yield from (node for node in ast.walk(section.tree) if isinstance(node, FUNCTIONS))


def _left_lying(program: Program) -> Iterator[ast.AST]:
    """Functions of torch that the beginning names without a call: an iteration may call them."""
    for section in program.sections:
        called = {id(node.func) for node in ast.walk(section.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(section.tree):
            if isinstance(node, ast.Attribute) and id(node) not in called:
                yield node


def _is_quiet(node: ast.AST, known: set[str], quiet: frozenset[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in quiet
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) or (
            isinstance(node.func, ast.Name) and node.func.id in known
        )
    return True
