"""How far lines are off where no edit explains it: which entries differ, and what is there for what."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...execution.recording.steps import MISSING
from ...tensors.comparison import with_article
from ...tensors.inert import is_tensor
from .trial import Trial


def how_far_off(trial: Trial) -> str:
    """What the value is instead; nothing where the lines do not run by themselves."""
    value, expected = trial.value, trial.expected
    where = "at random upstream gradients " if trial.stands.setting.gradients else ""
    if trial.stands.right:
        # what is wrong with it then is what the line check says
        return "" if trial.judgement.message else f"{where}the line is right"
    if not is_tensor(value):
        return "" if value is MISSING else f"the line gives {with_article(type(value).__name__)}, no tensor"
    if value.shape != expected.shape:
        return f"the line's shape is {list(value.shape)}, it should be {list(expected.shape)}"
    return where + _entries(value, expected)


def _entries(value: Tensor, expected: Tensor) -> str:
    """How many entries differ, where most, and what is there for what."""
    difference = (value - expected).abs().nan_to_num(math.inf, math.inf)
    differing = int((difference > _ROUNDING * expected.abs().max()).sum()) if difference.numel() else 0
    if not differing:
        return "no entry differs by more than rounding"
    at = tuple(int(index) for index in torch.unravel_index(difference.argmax(), difference.shape))
    there = _apart(value[at].item(), expected[at].item())
    if not at:
        return f"it is {there}"
    verb = "differs" if differing == 1 else "differ"
    count = f"{differing} of {difference.numel()} {'entry' if difference.numel() == 1 else 'entries'} {verb}"
    return f"{count}, most at {list(at)}: {there}"


_ROUNDING = 1e-7


def _apart(value: complex, expected: complex) -> str:
    """The two numbers, with as many digits as it takes to see that they differ."""
    pairs = [(f"{value:.{digits}g}", f"{expected:.{digits}g}") for digits in range(3, 18)]
    return " for ".join(next((one for one in pairs if one[0] != one[1]), pairs[0]))
