"""Writing the gradients of a program whose calls are taken apart: what stands in functions, then the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..program.analysis import ProgramFacts
from ..program.frame import in_function, is_inside, own_name
from ..program.program import Program
from ..program.reading import read_again
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
        """Write what is missing in functions and, unless only that is asked for, what is wrong there."""
        done = set[str]()
        while True:
            studied = study(self.program, self.seed)
            found = InFunctions(self.program, studied.derivation)
            places = [one for one in _to_be_written(studied, found, missing=missing) if one.words not in done]
            if not places:
                self.unwritten |= _without_tensor(found, studied)
                return
            first = places[0]
            own = [one for one in places if one.frame is not None and one.frame.function == _function(first)]
            done |= {one.words for one in own}
            self.unwritten |= {one.words: found.reason(one) for one in own if found.reason(one)}
            if not self._fits(studied, found, [one for one in own if not found.reason(one)]):
                for one in own:
                    self._one_by_one(one.words)

    def _fits(self, studied: Study, found: InFunctions, places: list[Place]) -> bool:
        """Whether all of them can be written together."""
        if not places:
            return True
        try:
            self._now(fitting(self.program, found, places, self.seed, wrong_in(studied)).text)
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
        wanted = [one for one in together(self.program, found, place) if one.words == words]
        try:
            self._now(fitting(self.program, found, wanted, self.seed, wrong_in(studied)).text)
        except CannotPlace as problem:
            self.unwritten[words] = str(problem)


def _function(place: Place) -> str:
    return place.frame.function if place.frame is not None else ""


def _to_be_written(studied: Study, found: InFunctions, *, missing: bool) -> list[Place]:
    """The lines of the backward's functions that are missing, or wrong."""
    holes = ProgramFacts(studied.program).holes
    late = {s.frame for s in studied.program.statements if s.section == "backward"}
    wanted = holes.marked | holes.absent | (frozenset() if missing else wrong_in(studied))
    own = [one for one in found.inside if one.frame in late]
    return [one for one in own if any(call.gradient in wanted for call in found.calls(one))]


def _without_tensor(found: InFunctions, studied: Study) -> dict[str, str]:
    """The gradients that functions say are missing, of what the rules give none for."""
    known = {one.gradient for place in found.inside for one in found.calls(place)}
    holes = [name for name in sorted(ProgramFacts(studied.program).holes.marked) if is_inside(name)]
    naming = studied.program.naming
    return {
        in_function(name): f"the rules give no gradient of {own_name(naming.tensor(name)) or 'it'}"
        for name in holes
        if name not in known
    }


def wrong_in(studied: Study) -> frozenset[str]:
    """The gradients whose lines are wrong."""
    return frozenset(name for name, one in studied.judgements.items() if one.verdict.accuses)


def wrong_outside(program: Program, seed: int) -> list[str]:
    """The gradients whose lines are wrong and stand in no function."""
    studied = study(program, seed)
    found = InFunctions(program, studied.derivation)
    places = map(found.place, studied.derivation.gradients)
    own = [one.gradient for one in places if one.frame is None and one.computed is None]
    return [name for name in dict.fromkeys(own) if name in wrong_in(studied)]


def caches_of(program: Program) -> frozenset[str]:
    """What calls of the backward are given that is no gradient."""
    given = [s for s in program.statements if s.section == "backward" and s.enters]
    return frozenset(name for s in given for name in s.reads if not program.naming.tensor(name))
