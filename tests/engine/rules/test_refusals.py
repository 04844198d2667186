"""What cannot be derived says why in one sentence, and takes no other gradient with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.rules.derivation.derive import Derivation

Deriving = Callable[..., Derivation]

REASONS = {
    "out = torch.linalg.matrix_exp(a @ a.T)": "no rule for matrix_exp, line 12",
    "out = F.dropout(a)": "dropout draws a mask that has no name, line 12",
    "out = F.dropout3d(a[None, None, None])": "dropout3d draws a mask that has no name, line 12",
    "out = F.cross_entropy(a, picks, weight=torch.ones(3))": "no rule for cross_entropy with class weights",
    "out = F.pad(a[None], (1, 1), mode='reflect')": "no rule for padding by reflect",
    "out = torch.div(a, 3, rounding_mode='floor') + a": "a rounded quotient has no useful gradient",
    "out = a.norm(p=float('inf'))": "no rule for a norm of order inf",
    "out = torch.einsum('ii->i', a @ a.T)": "no rule for einsum with a letter twice in one operand",
    "out = a.median(1).values": "no rule for median, line 12",
    "out = max(a[0, 0], a[0, 1]) * a": "no rule for max of Python, line 12",
}


@pytest.mark.parametrize("forward", REASONS)
def test_reason_is_one_sentence(deriving: Deriving, forward: str) -> None:
    assert deriving(forward).gradients["a"].reason == REASONS[forward]


def test_other_gradients_are_written(deriving: Deriving) -> None:
    found = deriving("h = torch.linalg.matrix_exp(a @ a.T)\nout = h @ b").gradients
    assert not found["a"].lines
    assert found["h"].lines
    assert found["b"].lines == ("db = h.T @ dout",)


def test_what_is_put_into_a_container_unseen_takes_all_that_it_came_from(deriving: Deriving) -> None:
    found = deriving("c2 = {}\nc2.update(z=a * r)\nout = c2['z'] * b").gradients
    assert found["a"].reason == found["r"].reason == "line 15: this statement is not followed"
    assert found["b"].lines == ("db = c2['z'] * dout",)


def test_a_change_of_what_two_containers_hold_is_not_followed(deriving: Deriving) -> None:
    found = deriving("h = a * r\nheld = {'h': h}\nheld['h'] += 1\nout = h * b").gradients
    assert found["a"].reason == "line 16: a change of a part is not followed"


def test_a_change_that_others_see_is_refused(deriving: Deriving) -> None:
    found = deriving("h = a * 2\ng = h.view(-1)\nh += 1\nout = h * g.sum()")
    assert found.problem == "line 14 changes `h` in place, and others share its memory"


def test_a_function_that_cannot_be_followed_is_named(deriving: Deriving) -> None:
    setup = "def odd(*xs):\n    return xs[0] * 2\n"
    reason = deriving("out = odd(a)", setup=setup).gradients["a"].reason
    assert reason == "odd is not followed: it is more than one return, line 14"


def test_too_long_a_line_is_refused(deriving: Deriving) -> None:
    forward = "h = a\nfor k in range(9):\n    h = h * h.sum(1, keepdim=True) + h.tanh()\nout = h"
    assert "too long to write out" in deriving(forward).gradients["a"].reason
