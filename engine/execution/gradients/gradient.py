"""One handwritten gradient of an iteration, judged end to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor, finfo

from ...program.pairing import Candidate
from ...tensors.comparison import Comparison, comparing, name_of
from ...tensors.dtypes import can_have_gradient
from ...tensors.survey import Survey, completed
from ...verdict import Verdict
from ..recording.steps import MISSING
from .reference_backward import References


class Gradient(NamedTuple):
    """One handwritten gradient at the end of the backward section, judged end to end.

    `writes` are the positions of the steps that built it; before the last it is partial.
    """

    pair: Candidate
    value: Any
    """What the program wrote; MISSING where it wrote nothing."""
    writes: Sequence[int]
    references: References
    verdict: Verdict
    compared_before: dict[str, Comparison]
    """The comparisons of the iteration that somebody asked for already."""

    @property
    def name(self) -> str:
        """`dW1`."""
        return self.pair.name

    @property
    def tensor(self) -> str:
        """`W1`."""
        return self.pair.tensor

    @property
    def reference(self) -> Tensor | None:
        """Autograd's gradient, or None where there is none."""
        return self.references.gradients.get(self.pair.tensor)

    def settled(self, ran: int) -> bool:
        """Whether its last write is among the first `ran` steps."""
        return bool(self.writes) and self.writes[-1] < ran

    @property
    def coarser(self) -> str:
        """Its dtype, where that rounds more than autograd's; nothing where it does not."""
        manual, autograd = self.value, self.reference
        if autograd is None or not (can_have_gradient(manual) and can_have_gradient(autograd)):
            return ""
        rounds = finfo(manual.dtype).eps > finfo(autograd.dtype).eps
        return name_of(manual.dtype) if rounds else ""

    @property
    def comparison(self) -> Comparison:
        """The whole comparison; computed when somebody looks."""
        return completed(self.comparing())

    def comparing(self) -> Survey[Comparison]:
        """The whole comparison, as it is computed."""
        if self.name not in self.compared_before:
            found = yield from _comparing(self.value, self.pair.tensor, self.references)
            self.compared_before[self.name] = found
        return self.compared_before[self.name]

    def compared(self, **tolerances: float) -> Comparison:
        """The comparison with tolerances for `approximate` (rtol, atol)."""
        return compared(self.value, self.pair.tensor, self.references, **tolerances)


def compared(value: Any, tensor: str, references: References, **tolerances: float) -> Comparison:
    """Compare what stands for the gradient of `tensor` with autograd's."""
    return completed(_comparing(value, tensor, references, **tolerances))


def _comparing(value: Any, tensor: str, references: References, **tolerances: float) -> Survey[Comparison]:
    reference = references.gradients.get(tensor)
    if reference is None:
        return Comparison(Verdict.NOT_CHECKED, remark=references.reasons.get(tensor, ""))
    manual = Ellipsis if value is MISSING else value
    return (yield from comparing(manual, reference, largest=references.largest, **tolerances))
