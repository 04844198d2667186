"""Records of past iterations go as soon as nobody holds them: no collection of cycles is needed."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.library import bundled_names, load


@pytest.fixture(autouse=True)
def without_collections() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def alive(session: Session, look: Callable[[Session], None], times: int = 5) -> int:
    """How many of so many records still live when all but the newest were let go."""
    records = []
    for _ in range(times):
        look(session)
        record = session.iterate()
        records.append(weakref.ref(record.recorder))
        del record
    return sum(one() is not None for one in records)


@pytest.mark.parametrize("name", bundled_names())
def test_only_the_newest_record_lives(name: str) -> None:
    session = Session(load(name))
    assert session.begin() is None
    assert alive(session, lambda _: None) == 1


def test_a_record_that_was_looked_at_goes_too() -> None:
    session = Session(load("batchnorm_mlp"))
    assert session.begin() is None

    def look(session: Session) -> None:
        record = session.iterate()
        assert record.history
        assert record.gradients

    assert alive(session, look) == 1


def test_a_record_whose_lines_were_checked_goes_too() -> None:
    session = Session(load("linear_regression"))
    assert session.begin() is None
    assert alive(session, lambda session: check_lines(session, session.iterate()) and None) == 1
