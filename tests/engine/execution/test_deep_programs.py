"""Long `elif` chains and sums are nested code: read as deep as Python reads it, and deeper."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.program import Program, ProgramError
from backprop_tui.engine.rules.derivation.derive import derive

Build = Callable[..., Program]

TESTS = "".join(f"elif k == {i}:\n    s = {i}\n" for i in range(1, 1200))
CHAIN = f"k = 1199\nif k == 0:\n    s = 0\n{TESTS}"
SUM = "s = " + " + ".join(["1"] * 3000)
END = "\nH = W * x\nloss = H.sum()"


@pytest.mark.parametrize("nested", [CHAIN, SUM], ids=["elif", "+"])
def test_nested_code_is_checked(nested: str, build: Build) -> None:
    report = check(build(forward=nested + END))
    assert (report.exit_code, report.failure) == (0, None)


def test_what_is_nested_too_deeply_to_be_followed_is_said(begun: Callable[..., Session]) -> None:
    session = begun(forward=CHAIN + END)
    assert derive(session, session.iterate()).problem == "the forward is nested too deeply to be followed"


def test_what_python_cannot_read_is_one_sentence(build: Build) -> None:
    with pytest.raises(ProgramError, match="Python cannot read this"):
        build(forward="s = " + " + ".join(["1"] * 100_000) + END)
