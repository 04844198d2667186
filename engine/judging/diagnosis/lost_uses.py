"""A use that a helper line leaves out: what is missing is what flows back through it, in every pass."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch
from torch import Tensor

from ...execution.replay.noted_forward import Expression, noted_forward
from ..linecheck.attempt import Attempt
from ..linecheck.flows import Arrival, flows_of
from ..linecheck.helper_lines import passes_of
from ..linecheck.helper_places import Spot, WrongHelper
from .diagnosis import Diagnosis
from .trial import Trial

_MOST = 8
"""So many uses of one tensor are looked at, alone and in pairs."""
_ROUNDING = 1e-9


def lost_use(attempt: Attempt, trial: Trial, helper: WrongHelper) -> Diagnosis | None:
    """Which use of a tensor a line leaves out; None where that is not what it lacks."""
    value, expected = trial.value, trial.expected
    noted = noted_forward(attempt.session.program)
    if noted is None or not isinstance(value, Tensor) or value.shape != expected.shape:
        return None
    lacking = expected - value
    with attempt.open() as world:
        flows = flows_of(attempt, world, noted)
        place, among = helper.place, len(flows.gradients.get(helper.place.spot, ()))
        turns = [place.turn(at, among) for at in range(passes_of(attempt.iteration, helper.line))]
        into = [flows.into(Arrival(place.spot, turn)) for turn in turns if turn is not None]
    uses = list(dict.fromkeys(spot for one in into for spot in one))[:_MOST]
    nothing = torch.zeros_like(expected[0] if len(into) > 1 else expected)
    for some in (*combinations(uses, 1), *combinations(uses, 2)):
        sums = [sum((one.get(spot, nothing) for spot in some), nothing) for one in into]
        found = torch.stack(sums) if len(sums) > 1 else sums[0]
        if bool(((found - lacking).abs() <= _ROUNDING * expected.abs().max()).all()):
            return Diagnosis("path_missing", _said(helper, some, noted.expressions))
    return None


def _said(helper: WrongHelper, some: Sequence[Spot], expressions: Sequence[Expression]) -> str:
    texts = list(dict.fromkeys(expressions[spot.expression].text for spot in some))
    contributions = "its contribution is" if len(texts) == 1 else "their contributions are"
    return f"{helper.of} is also used by {' and '.join(texts)}; {contributions} missing"
