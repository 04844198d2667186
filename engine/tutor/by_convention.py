"""Finding the convention that a program's own lines keep to, where some gradients are still missing.

A line that is right alone may read a multiple, or a part, and make up for it: then what is written has to
be a multiple, or to undo one. What it has to be is read off the program with the plain lines in it: the
gradients of the parameters come out as multiples where a convention is not kept to. A convention is one
only if the check says so: the program is judged with it, and without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose

import torch
from torch import Tensor

from ..judging.convention import ByConvention, convention
from ..judging.judgement import Judgement
from ..program.naming import NamingScheme
from ..rules.derivation.derive import Derivation, Derived
from ..tensors.dtypes import as_reals
from ..tensors.inert import is_tensor
from ..verdict import Verdict
from .convention import Kept, keeping, leaves_out_a_size, left_out
from .rehearsal import DENIED, Rehearsed

_ROUNDS = 3
_MOST_PARTS = 8
"""So many ways to hold a part of a gradient are tried."""


@dataclass(frozen=True, eq=False)
class Task:
    """A program some of whose gradients are to be written."""

    derivation: Derivation
    wanted: tuple[str, ...]
    """The gradients to be written, by name, in the order in which they can be computed."""
    parameters: frozenset[str]
    """The gradients that have to come out right."""
    rehearse: Callable[[Derivation], Rehearsed]
    """Run and judge the program with the gradients that are wanted as a derivation has them."""

    def by_name(self, name: str) -> Derived | None:
        """The gradient of that name, if the rules give one."""
        return next((one for one in self.derivation.gradients.values() if one.name == name), None)


@dataclass(frozen=True, eq=False)
class Found:
    """What a program's gradients are, and the program with the ones that were wanted in it."""

    kept: Kept
    result: Rehearsed


def kept_to(task: Task) -> Found:
    """The convention under which the program's own lines are right, and what is written with them."""
    plain = best = Found(Kept(), task.rehearse(task.derivation))
    last = plain
    for _ in range(_ROUNDS):
        if last.result.sound and DENIED not in last.result.unwritten.values():
            break
        kept = _proposed(task, last.result)
        if kept is None or kept == last.kept:
            break
        last = Found(kept, task.rehearse(keeping(task.derivation, kept)))
        if _tells(task, plain, last) and _is_better(last.result, best.result):
            best = last
    if best.result.accused:
        for kept in _with_a_part(task, best):
            one = Found(kept, task.rehearse(keeping(task.derivation, kept)))
            if _is_better(one.result, best.result) and one.result.sound:
                return one
    return best


def _is_better(new: Rehearsed, old: Rehearsed) -> bool:
    """Whether fewer of the program's own lines are wrong, or fewer not written, or all passes now."""
    new_ones, old_ones = new.unwritten.keys(), old.unwritten.keys()
    fewer = new.accused < old.accused or new_ones < old_ones or (new.sound and not old.sound)
    return fewer and new.accused <= old.accused and new_ones <= old_ones


def _tells(task: Task, plain: Found, other: Found) -> bool:
    """Whether it is a convention: at least two lines keep to it, one leaves out a size, or only what is
    written is wrong without it.
    """
    if len(plain.result.accused - other.result.accused) > 1 or other.kept.wholes:
        return True
    if plain.result.accused <= {*task.wanted} and plain.result.unwritten and other.result.sound:
        return True
    scales = {**other.kept.scales, **other.kept.targets}
    several = [(task.by_name(name), scale) for name, scale in scales.items() if not _is_one(scale)]
    return any(one is not None and leaves_out_a_size(task.derivation, one, scale) for one, scale in several)


def _proposed(task: Task, result: Rehearsed) -> Kept | None:
    """What a result shows the program's gradients to be, and what those that are wanted have to be."""
    if result.record is None:
        return None
    scales = scales_of(result)
    wholes = wholes_of(result)
    kept = Kept({**scales, **dict.fromkeys(wholes, 1.0)}, {}, wholes)
    for derived in task.derivation.gradients.values():
        name = derived.name
        if name in task.wanted:
            target = _target(task, result, scales, kept, derived)
            kept = replace(kept, targets={**kept.targets, name: target})
        elif name not in wholes:
            becomes = _becomes(result, scales, kept, name)
            kept = replace(kept, scales={**kept.scales, name: becomes})
    return kept


def _becomes(result: Rehearsed, scales: Mapping[str, float], kept: Kept, name: str) -> float:
    """How many times autograd's a gradient becomes, as those that its lines read become a multiple."""
    line = result.judged[name].line if name in result.judged else None
    read = line.upstreams if line is not None else ()
    if name in scales:
        return scales[name] * _common([kept.scale(one) / scales.get(one, 1.0) for one in read])
    is_right = line is not None and line.verdict is Verdict.RIGHT
    return _common([kept.scale(one) for one in read]) if is_right else 1.0


def _common(scales: Sequence[float]) -> float:
    """The scale that all have; 1 where they have none in common."""
    return scales[0] if scales and all(_is_one(one / scales[0]) for one in scales) else 1.0


def scales_of(result: Rehearsed) -> dict[str, float]:
    """How many times autograd's gradients those of a program are that are multiples, by name."""
    if result.record is None:
        return {}
    pairs = [(name, one.value, one.reference) for name, one in result.record.gradients.items()]
    ratios = {name: ratio(value, true) for name, value, true in pairs}
    return {name: one for name, one in ratios.items() if one is not None}


def ratio(value: object, true: Tensor | None) -> float | None:
    """What a value is times another, where that is one number other than zero."""
    if not is_tensor(value) or true is None or value.shape != true.shape or not true.abs().any():
        return None
    wide, true = as_reals(value.detach()).double(), as_reals(true.detach()).double()
    factor = float((wide * true).sum() / (true * true).sum())
    alike = torch.allclose(wide, factor * true, rtol=1e-4, atol=1e-6 * float(true.abs().max()))
    return factor if alike and factor else None


def _target(
    task: Task, result: Rehearsed, scales: Mapping[str, float], kept: Kept, derived: Derived
) -> float:
    """How many times autograd's a gradient has to be."""
    name = derived.name
    below = [one for one in task.parameters if one in result.judged and name in _behind(result, one)]
    if name in task.parameters or not below:
        return 1.0
    inherited = _common([kept.scale(use.upstream) for use in derived.contributions])
    said = [scales[one] for one in below if one not in task.wanted and one in scales]
    votes = Counter(f"{one:.4g}" for one in said).most_common(2)
    if not votes or name not in scales or len({count for _, count in votes}) < len(votes):
        return inherited
    vote = next(one for one in said if f"{one:.4g}" == votes[0][0])
    target = scales[name] / vote
    if _is_one(target / inherited) or _says(task, derived, kept, target) or not _later(task, result, name):
        return target
    return inherited


def _says(task: Task, derived: Derived, kept: Kept, target: float) -> bool:
    """Whether a multiple of a gradient leaves out numbers of its own line, or of those above."""
    kept = replace(kept, targets={**kept.targets, derived.name: target})
    return all(left_out(task.derivation, derived, kept, use) is not None for use in derived.contributions)


def _later(task: Task, result: Rehearsed, name: str) -> bool:
    """Whether another gradient that is to be written is made from one, and is no parameter's."""
    others = [one for one in task.wanted if one != name and one not in task.parameters]
    return any(name in _behind(result, one) for one in others if one in result.judged)


def _behind(result: Rehearsed, name: str) -> frozenset[str]:
    """Every gradient that one is made from."""
    seen = {name}
    queue = [name]
    while queue:
        judgement = result.judged.get(queue.pop())
        line = judgement.line if judgement is not None else None
        fresh = set(line.upstreams if line is not None else ()) - seen
        seen |= fresh
        queue += fresh
    return frozenset(seen)


def wholes_of(result: Rehearsed) -> dict[str, str]:
    """By a gradient that holds a part, the name that holds all of it, if one does."""
    parts = [name for name, one in result.judged.items() if one.verdict is Verdict.PART]
    return {name: whole for name in (*parts, *result.accused) for whole in _wholes(result, name)}


def _wholes(result: Rehearsed, name: str) -> Iterator[str]:
    """Names that hold all of a gradient of which a name that means it holds a part."""
    one = result.record.gradients.get(name) if result.record is not None else None
    true = one.reference if one is not None else None
    if one is None or true is None or ratio(one.value, true) is not None:
        return
    for other, value in result.names.items():
        factor = ratio(value, true) if other not in result.judged else None
        if factor is not None and _is_one(factor):
            yield other


def _with_a_part(task: Task, found: Found) -> Iterator[Kept]:
    """Gradients that wrong lines read, as one of several contributions, or all but one."""
    judged = [found.result.judged[name].line for name in found.result.accused]
    read = {name for line in judged if line is not None for name in line.upstreams}
    tried = 0
    for name in task.wanted:
        derived = task.by_name(name)
        count = len(derived.contributions) if derived is not None and derived.lines else 0
        if name not in read or count < 2:
            continue
        singles = [(place,) for place in range(count)]
        others = [tuple(place for place in range(count) if place != left) for left in range(count)]
        for part in dict.fromkeys([*singles, *others]):
            tried += 1
            if tried > _MOST_PARTS:
                return
            targets = {name: 1.0, **found.kept.targets}
            yield replace(found.kept, targets=targets, parts={name: part})


def _is_one(scale: float) -> bool:
    return isclose(scale, 1.0, rel_tol=1e-4)


def sentence(judged: Mapping[str, Judgement], naming: NamingScheme) -> str:
    """The convention of a program that was judged, in a sentence."""
    return convention(
        ByConvention(name, naming.tensor(name), one.verdict, one.line.factor)
        for name, one in judged.items()
        if one.line is not None
    )


def may_keep_to_one(judged: Iterable[Judgement]) -> bool:
    """Whether a program may have a convention: not where all of its lines are right."""
    return any(one.verdict.accuses or one.verdict in _LENIENT for one in judged)


_LENIENT = (Verdict.SCALED, Verdict.PART, Verdict.LEANING, Verdict.INHERITED)
