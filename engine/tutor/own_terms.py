"""The gradients as a program's own lines have them: what is explained and hinted at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from torch import Tensor

from ..judging.judgement import Judgement
from ..rules.derivation.derive import Derivation, Derived
from ..tensors.comparison import is_close
from ..tensors.differences import finite_max
from ..tensors.inert import is_tensor
from ..verdict import Verdict
from .by_convention import kept_to, may_keep_to_one, scales_of, sentence, wholes_of
from .convention import Kept, keeping, renamed
from .placement import CannotPlace
from .rehearsal import Rehearsed, as_it_stands
from .study import Study
from .writing import free_names, task_of


@dataclass(frozen=True, eq=False)
class OwnTerms:
    """The gradients that the rules give, in the scale that the program's own have on purpose."""

    derivation: Derivation
    scales: Mapping[str, float] = field(default_factory=dict)
    """How many times autograd's those are that are a multiple, by name."""
    convention: str = ""
    """The program's convention in a sentence, if it has one."""


class TermsOf:
    """The gradients of a program in its own terms, found once."""

    def __init__(self, studied: Study, judged: Mapping[str, Judgement]) -> None:
        self.studied = studied
        self.judged = judged
        self._found: dict[str, OwnTerms] = {}

    def __call__(self, tensor: str) -> OwnTerms:
        """All of them; that of one tensor as it ought to be where its line is missing or wrong."""
        name = self.studied.derivation.gradients[tensor].name
        judgement = self.judged.get(name)
        wanted = judgement is None or judgement.verdict.accuses or judgement.verdict is Verdict.NOT_WRITTEN
        key = name if wanted else ""
        if key not in self._found:
            terms = _own_terms(self.studied, self.judged, [name] if wanted else [])
            self._found[key] = replace(terms, derivation=self._by_free_names(terms.derivation))
        return self._found[key]

    def _by_free_names(self, derivation: Derivation) -> Derivation:
        """The derivation with other names for gradients whose own stands for something else."""
        apart = {name for name, one in self.judged.items() if one.line is not None and one.line.apart}
        gradients = derivation.gradients
        namesakes = [one for one in gradients.values() if one.name in apart]
        others = free_names(self.studied.program, namesakes) | self._names_by_value(namesakes)
        return replace(derivation, gradients={t: renamed(one, others) for t, one in gradients.items()})

    def _names_by_value(self, namesakes: Sequence[Derived]) -> dict[str, str]:
        """By the name that stands for something else, the helper variable that holds the gradient."""
        record = self.studied.iteration
        values = {
            name: record.value_at(name, len(record.steps))
            for statement in self.studied.program.statements
            if statement.section == "backward"
            for name in statement.binds
        }
        true = {one.name: record.references.gradients.get(one.tensor) for one in namesakes}
        return {
            gradient: name
            for gradient, reference in true.items()
            for name, value in values.items()
            if name != gradient and reference is not None and is_tensor(value) and _is_same(value, reference)
        }


def _is_same(value: Tensor, reference: Tensor) -> bool:
    """Whether a variable holds a gradient, up to rounding."""
    if value.shape != reference.shape or not value.is_floating_point() or not reference.any():
        return False
    size = finite_max(reference)
    return is_close(float((value - reference).abs().max()), size, value.dtype, size)


def _own_terms(studied: Study, judged: Mapping[str, Judgement], wanted: Sequence[str]) -> OwnTerms:
    derivation = studied.derivation
    if not may_keep_to_one(judged.values()):
        return OwnTerms(derivation)
    result = as_it_stands(studied.program, studied.session, studied.iteration, judged)
    kept = Kept()
    if wanted and not studied.program.takes_calls_apart:
        with suppress(CannotPlace):
            found = kept_to(task_of(studied, wanted))
            result, kept = found.result, found.kept
    kept = _of_all(derivation, result, kept)
    told = sentence(result.judged, studied.program.naming)
    return OwnTerms(keeping(derivation, kept), kept.targets, told)


def _of_all(derivation: Derivation, result: Rehearsed, kept: Kept) -> Kept:
    """What every gradient is in a program, those that it does not write included."""
    scales = dict(kept.scales)
    for name, scale in scales_of(result).items():
        if name in result.judged and result.judged[name].verdict is Verdict.SCALED:
            scales[name] = scale
    targets = {one.name: scales.get(one.name, 1.0) for one in derivation.gradients.values()}
    return replace(kept, scales=scales, targets={**targets, **kept.targets}, wholes=wholes_of(result))
