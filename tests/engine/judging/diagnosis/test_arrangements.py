"""What is right in its parts and wrong in how they are put together, in sentences."""

from __future__ import annotations

import pytest

from backprop_tui.engine.judging.diagnosis.diagnosis import applied

from .test_sentences import BEFORE, PRODUCT, RIGHT, checked, diagnosed

GATED = """\
# %% setup
import torch
x = torch.tensor([0.5, -1.0, 2.0])
# %% parameters
w = torch.randn(3)
# %% forward
z = x * w
en = torch.exp(-z)
h = z / (1 + en)
loss = (h * x).sum()
# %% backward
dh = x
"""
GATED_RIGHT = "dz = dh * (1 + en + z * en) / (1 + en) ** 2\ndw = dz * x\n"
CENTRED = """\
# %% setup
import torch
x = torch.randn(4, 3)
# %% parameters
w = torch.randn(3)
# %% forward
a = x * w
mu = a.mean(0)
c = a - mu
loss = (c ** 3).sum()
# %% backward
dc = 3 * c ** 2
"""
CENTRED_RIGHT = "da = dc - dc.mean(0)\ndw = (da * x).sum(0)\n"


@pytest.mark.parametrize(
    ("old", "new", "before", "right", "kind", "message"),
    [
        (
            "(1 + en + z * en) / (1 + en) ** 2",
            "(1 + en + z * en / (1 + en) ** 2)",
            GATED,
            GATED_RIGHT,
            "parentheses",
            "parentheses: 1 + en + z * en / (1 + en) ** 2 where (1 + en + z * en) / (1 + en) ** 2 belongs",
        ),
        (
            "dh = hpre * dscaled",
            "dh = (hpre * dscaled).flip(0)",
            BEFORE,
            RIGHT,
            "reversed",
            "reversed where it is not to be: flip does not belong there",
        ),
        (
            "da = dc - dc.mean(0)",
            "da = dc",
            CENTRED,
            CENTRED_RIGHT,
            "path_missing",
            "a is also used by mu; its contribution is missing",
        ),
        (
            "(1 - h ** 2) * dh",
            "(1 - h ** 3) * -dh",
            BEFORE,
            RIGHT,
            "two_slips",
            "two slips: sign flipped: -dh where dh belongs; wrong power: h ** 3 where h ** 2 belongs",
        ),
    ],
)
def test_an_arrangement_is_named(
    old: str, new: str, before: str, right: str, kind: str, message: str
) -> None:
    found = diagnosed(old, new, before, right)
    assert (found.kind, found.message) == (kind, message)


def test_two_gradients_that_hold_each_others_value_are_said_to_be_swapped() -> None:
    text = PRODUCT.replace("dp = q * da\n", "dp = p * da\ndq = q * da\n")
    found, _ = checked(text)
    assert {name: one.message for name, one in found.items()} == {
        "dp": "dp and dq are swapped",
        "dq": "dq and dp are swapped",
    }
    assert (found["dp"].edit, found["dq"].edit) == ("dp = q * da", "dq = p * da")
    _, check = checked(applied(text, found["dp"]))
    assert check.judgements["dp"].verdict.passes
