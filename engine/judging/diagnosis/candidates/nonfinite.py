"""Lines that are right in every entry but those where autograd's gradient is infinite or NaN."""

from __future__ import annotations

import torch

from ....tensors.inert import is_tensor
from ..trial import Trial


def number_for_nan(trial: Trial) -> str:
    """What is said of lines that only avoid what autograd computes (`torch.nan_to_num`, `torch.where`)."""
    value, expected = trial.value, trial.expected
    if not is_tensor(value) or value.shape != expected.shape or value.layout != torch.strided:
        return ""
    avoided = value.isfinite() & ~expected.isfinite()
    if bool(avoided.any()) and trial.stands.setting.agrees(torch.where(avoided, expected, value)):
        return "a number where autograd's gradient is infinite or NaN; every other entry is right"
    return ""
