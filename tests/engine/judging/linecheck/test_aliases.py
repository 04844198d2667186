"""Gradients changed through other names, and in ways that torch does not see: never called rounding."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.judgement import judgements
from backprop_tui.engine.judging.linecheck.line_check import check_lines

SQUARES = {
    "setup": "+\nX = torch.randn(4, 3)",
    "parameters": "A = torch.randn(3, 4)",
    "forward": "a = X @ A\nh = a * a\nloss = (h * h).sum()",
    "update": None,
}


SAID = {
    "q = dh = 2 * h\nq *= 2\nda = dh * 2 * a\ndA = X.T @ da": {
        "da": "dh is changed in place",
        "dA": "reads da",
    },
    "dh = 2 * h\nda = dh * 2 * a\nz = da.numpy()\nz *= 2\ndA = X.T @ da": {"da": "torch does not see"},
    "dh = 2 * h\nda = dh * 2 * a\nz = da\nz.data *= 2\ndA = X.T @ da": {"dA": "da is changed in place"},
}


@pytest.mark.parametrize("backward", SAID)
def test_what_is_changed_through_another_name_is_wrong_and_says_so(
    backward: str, begun: Callable[..., Session]
) -> None:
    session = begun(**SQUARES, backward=backward)
    record = session.iterate()
    found = judgements(record, check_lines(session, record))
    for name, words in SAID[backward].items():
        assert not found[name].verdict.passes
        assert words in found[name].message
    assert found["dh"].verdict.passes or found["dh"].line.reused
