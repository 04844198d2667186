"""The search for an explanation: edits are tried from the specific to the general, until one is right."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from itertools import islice

from torch import Tensor

from ...execution.cancel import Cancelled
from ...program.statements import Statement
from ...tensors.inert import is_tensor
from .candidates.conjugates import conjugates, real_parts
from .candidates.factors import (
    any_upstream,
    extra_factors,
    measured_factors,
    missing_factors,
    missing_upstream,
)
from .candidates.forward_numbers import forward_numbers
from .candidates.grafts import (
    constants_written,
    grafts,
    missing_parts,
    other_gradients,
    zeros_and_ones,
)
from .candidates.in_loops import lost_in_a_pass, other_passes
from .candidates.indices import indices, orders
from .candidates.lost_factors import lost_factors
from .candidates.masks import entries, masks, values_for_masks
from .candidates.names import everywhere, near_upstreams, other_upstreams, tensors
from .candidates.pairs import two_slips
from .candidates.powers import any_power, exponents
from .candidates.products import lost_products, products
from .candidates.rearranged import parentheses, reversals
from .candidates.scalars import mean_factors, measured_constants, other_sizes, scalings, unnamed_constants
from .candidates.signs import measured_signs, signs
from .candidates.sums import means, sums
from .candidates.terms import extra_terms, missing_gradients, missing_terms, only_path, paths, paths_unwritten
from .candidates.writes import assignments, changes, no_effect, repeated_indices
from .case import Case
from .edit import Edit
from .elsewhere import holds_with_other_numbers
from .on_purpose import clipped_far_out, clipping
from .trial import Trial

Candidates = Callable[[Case], Iterator[Edit]]

_TRIED: tuple[Candidates, ...] = (
    real_parts,
    conjugates,
    measured_signs,
    means,
    mean_factors,
    scalings,
    measured_constants,
    forward_numbers,
    zeros_and_ones,
    masks,
    entries,
    exponents,
    products,
    parentheses,
    reversals,
    orders,
    assignments,
    other_passes,
    repeated_indices,
    extra_factors,
    extra_terms,
    paths,
    near_upstreams,
    missing_upstream,
    constants_written,
    sums,
    values_for_masks,
    measured_factors,
    tensors,
    everywhere,
    indices,
    missing_terms,
    only_path,
    other_upstreams,
    missing_gradients,
    paths_unwritten,
    any_upstream,
    missing_factors,
    lost_products,
    any_power,
    lost_factors,
    signs,
    other_sizes,
    other_gradients,
    grafts,
    missing_parts,
    lost_in_a_pass,
    two_slips,
    unnamed_constants,
)
"""From the specific to the general."""

_MOST = 2_000
_STATEMENTS = 25
_ENTRIES = 25_000
MOST_ENTRIES = _MOST * _ENTRIES
"""Lines of larger tensors are not edited."""


def explanation(
    case: Case,
    lines: Collection[Statement] | None = None,
    fits: Callable[[Edit], bool] = lambda _: True,
) -> Edit | None:
    """The first edit that makes the lines right; of these lines alone, where some are given, and if it fits.

    What is counted are the edits that are tried: 2,000 at most. An edit of larger lines counts as more:
    once for every 25 statements that run, loops included, and once for every 25,000 entries of the
    tensors that they read. So the search ends at the same edit on any machine, however busy.

    Raises:
        Cancelled: between two edits, where that is asked for.
    """
    trial = case.trial
    if trial.stands.right:
        return clipped_far_out(case)  # any other edit that changes nothing would seem to help
    cancel = trial.bench.attempt.session.interpreter.cancel
    every = (one for one in _candidates(case) if lines is None or one.line.statement in lines)
    for edit in islice(every, _MOST // _weight(trial)):
        if cancel.wanted:
            raise Cancelled
        if _chosen_by(edit):
            continue
        if not trial.holds(edit) or not fits(edit):
            continue
        if trial.holds_elsewhere(edit) and holds_with_other_numbers(case, edit):
            return edit
    return None


def _chosen_by(edit: Edit) -> bool:
    """Whether it adds something inside a comparison: many things choose the same entries by chance."""
    if edit.spot is None or edit.kind not in ("term_missing", "factor_missing", "upstream_missing"):
        return False
    compared = [node for node in ast.walk(edit.line.node) if isinstance(node, ast.Compare)]
    return any(edit.spot.node in set(ast.walk(node)) - {node} for node in compared)


def _weight(trial: Trial) -> int:
    """How often an edit of these lines counts."""
    ran = sum(s.number in trial.slice.ran for s, _ in trial.bench.attempt.iteration.path.steps)
    names = frozenset[str]().union(*(part.names for part in trial.parts))
    read = [value for value in map(trial.bench.values.get, names) if is_tensor(value)]
    entries = sum(map(Tensor.numel, [trial.expected, *read]))
    return max(1, ran // _STATEMENTS + entries // _ENTRIES)


def _candidates(case: Case) -> Iterator[Edit]:
    misshapen = case.trial.judgement.verdict.misfits
    yield from no_effect(case)
    yield from clipping(case)
    yield from changes(case)
    if misshapen:
        yield from sums(case)
    if not case.trial.stands.reads:
        yield from missing_upstream(case)
    for candidates in _TRIED:
        if not misshapen or candidates is not sums:
            yield from candidates(case)
