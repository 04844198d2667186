"""Writing the gradients of a program whose calls are taken apart: what stands in functions, then the rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ..program.analysis import ProgramFacts
from ..program.blanked import blankable, blanked
from ..program.program import Program
from ..program.reading import read_again, with_calls_whole
from .function_lines import fitting, together
from .in_functions import InFunctions, Place
from .placement import CannotPlace
from .study import Study, study


@dataclass
class WithFunctions:
    """A program on the way to its gradients; what could not be written is kept with the reason."""

    program: Program
    seed: int
    unwritten: dict[str, str] = field(default_factory=dict)

    def fill(self, *, missing: bool) -> None:
        """Write what stands in functions, or only what is missing there."""
        done = set[str]()
        while True:
            studied = study(self.program, self.seed)
            found = InFunctions(self.program, studied.derivation)
            places = [one for one in _to_be_written(studied, found, missing=missing) if one.words not in done]
            if not places:
                return
            first = places[0]
            own = [one for one in places if one.frame is not None and one.frame.function == _function(first)]
            done |= {one.words for one in own}
            if not self._fits(studied, found, [one for one in own if not found.reason(one)]):
                for one in own:
                    self._one_by_one(one.words)
            elif not missing or all(not found.reason(one) for one in own):
                continue
            self._tell(found, own)

    def _tell(self, found: InFunctions, places: Collection[Place]) -> None:
        for one in places:
            if reason := found.reason(one):
                self.unwritten.setdefault(one.words, reason)

    def _fits(self, studied: Study, found: InFunctions, places: list[Place]) -> bool:
        """Whether all of them can be written together."""
        if not places:
            return True
        accused = {name for name, one in studied.judgements.items() if one.verdict.accuses}
        try:
            self._now(fitting(self.program, found, places, self.seed, accused).text)
        except CannotPlace:
            return False
        return True

    def _now(self, text: str) -> None:
        self.program = read_again(self.program, text, path=self.program.path)

    def _one_by_one(self, words: str) -> None:
        studied = study(self.program, self.seed)
        found = InFunctions(self.program, studied.derivation)
        place = next((one for one in found.inside if one.words == words), None)
        if place is None or found.reason(place):
            return
        accused = {name for name, one in studied.judgements.items() if one.verdict.accuses}
        wanted = [one for one in together(self.program, found, place) if one.words == words]
        try:
            self._now(fitting(self.program, found, wanted, self.seed, accused).text)
        except CannotPlace as problem:
            self.unwritten[words] = str(problem)


def _function(place: Place) -> str:
    return place.frame.function if place.frame is not None else ""


def _to_be_written(studied: Study, found: InFunctions, *, missing: bool) -> list[Place]:
    holes = ProgramFacts(studied.program).holes
    late = {s.frame for s in studied.program.statements if s.section == "backward"}
    own = [one for one in found.inside if one.frame in late]
    return [one for one in own if not missing or one.gradient in holes.marked | holes.absent]


def without_own_lines(program: Program) -> Program:
    """The program with every call whole, and `dX = ...` for what the backward writes beside its calls."""
    stepped = {s.frame.function for s in program.statements if s.frame is not None}
    whole = with_calls_whole(program)
    section = whole.section("backward")
    statements = section.statements if section is not None else ()
    given = {name for s in statements if s.called & stepped for name in s.writes}
    own = ProgramFacts(whole).candidates.keys() - given
    names = blankable(whole, own)
    return read_again(whole, blanked(whole, names), path=program.path) if names else whole


def caches_of(program: Program) -> frozenset[str]:
    """What calls of the backward are given that is no gradient."""
    given = [s for s in program.statements if s.section == "backward" and s.enters]
    return frozenset(name for s in given for name in s.reads if not program.naming.tensor(name))
