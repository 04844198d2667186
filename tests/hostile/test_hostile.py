"""Whatever a program is up to, it is answered with a result, or with one sentence and its line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .complaints import complaints
from .doors import Doors
from .programs import Hostile, programs, some_of_all_kinds

EVERY = programs(0)
_FEW = 80


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Some of all kinds; all of them where there is time."""
    if "hostile" in metafunc.fixturenames:
        chosen = EVERY if metafunc.config.getoption("soak") else some_of_all_kinds(EVERY, _FEW)
        metafunc.parametrize("hostile", chosen, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    doors = Doors()
    yield doors
    doors.close()


def test_it_ends_in_a_result_or_in_a_sentence(hostile: Hostile, doors: Doors) -> None:
    assert complaints(doors, hostile) == [], hostile.data.decode(errors="replace")


def test_there_are_enough_of_every_kind() -> None:
    kinds = {program.kind for program in some_of_all_kinds(EVERY, _FEW)}
    assert kinds == {program.kind for program in EVERY}
    assert len({program.data for program in EVERY}) >= 500
