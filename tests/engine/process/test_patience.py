"""When an engine that says nothing is asked where it is: only where C code holds its interpreter."""

from __future__ import annotations

import pytest

from backprop_tui.engine.process import patience
from backprop_tui.engine.process.child import Effort
from backprop_tui.engine.process.patience import Patience


class Clock:
    """Time that passes when the test says so."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(patience, "time", made)
    return made


def held(waits: Patience, clock: Clock, seconds: float, effort: Effort) -> int | None:
    clock.now += seconds
    return waits.held_for(lambda: effort)


def test_one_that_waits_for_a_processor_is_never_asked(clock: Clock) -> None:
    waits = Patience()
    assert [held(waits, clock, 2, Effort(7.0, sleeps=False)) for _ in range(20)] == [None] * 20


def test_one_that_works_and_says_nothing_is_asked_once_a_second(clock: Clock) -> None:
    waits = Patience()
    asked = [held(waits, clock, 0.25, Effort(7.0 + part / 4, sleeps=False)) for part in range(20)]
    assert [seconds for seconds in asked if seconds is not None] == [2, 3, 4, 5]


def test_one_that_sleeps_with_the_lock_is_asked_as_well(clock: Clock) -> None:
    waits = Patience()
    assert held(waits, clock, 1, Effort(7.0, sleeps=True)) is None
    assert held(waits, clock, 1, Effort(7.0, sleeps=True)) == 2
    waits.hear()
    assert held(waits, clock, 1, Effort(7.0, sleeps=True)) is None
