"""Explains, hints and writes while a program is stepped: remembers how much was said already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..execution.iteration import Iteration
from ..execution.session import Session
from ..judging.judgement import Judgement
from ..program.frame import told
from ..program.library import load
from ..program.own_copy import is_bundled
from ..program.program import Program, ProgramError
from ..program.reading import with_calls_whole
from ..program.statements import Statement
from ..program.user_file import CannotWrite, in_form_of
from ..program.user_file import replace as replace_file
from ..rules.derivation.derive import Derivation, Derived
from .answer import Answer, Asked, Told
from .differences import difference_lines
from .function_lines import Fitting, fitting, together
from .hints import LEVELS, unwritten_reads
from .in_functions import InFunctions, Place
from .in_sight import in_sight
from .own_terms import OwnTerms, TermsOf
from .placement import CannotPlace, Placed, with_line
from .rehearsal import denials, rehearsed
from .study import Study, derivation_of
from .takes_back import Wrote
from .telling import explained, hinted, is_right, to_be_told

_CHANGED = "the file has changed since it was opened; open it again"
_OF_THE_LOSS = "the gradient of the loss itself is 1; every other one starts from there"


class Tutor:
    """Answers about the gradients of one program. Lives in the engine."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.newest: Answer | None = None
        self.written: list[Wrote] = []
        self._levels: dict[str, int] = {}
        self._derived: tuple[Iteration, Derivation] | None = None
        self._terms_of: TermsOf | None = None

    def answer(
        self,
        asked: Asked,
        tensor: str,
        session: Session,
        record: Iteration,
        judgements: Mapping[str, Judgement],
    ) -> None:
        """Make the newest answer; `judgements` say what the gradients that the program writes are."""
        gradient = told(self.program.naming.gradient(tensor))
        if asked is Asked.DIFFERENCES:
            self._tell(asked, gradient, difference_lines(session, record, tensor))
            return
        derivation = self._derivation(session, record)
        if derivation.problem:
            self._tell(
                asked, gradient, (Told(f"nothing can be said of {gradient}: {derivation.problem}", "head"),)
            )
        elif tensor not in derivation.gradients:
            self._tell(asked, gradient, (Told(self._no_gradient(tensor), "head"),))
        else:
            found = InFunctions(self.program, derivation)
            place = to_be_told(found, found.place(tensor), judgements)
            terms = partial(self._terms, session, record, judgements, place.tensor)
            self._answer(asked, tensor, place, terms, session, record, judgements)

    def _answer(
        self,
        asked: Asked,
        tensor: str,
        place: Place,
        terms: Callable[[], OwnTerms],
        session: Session,
        record: Iteration,
        judgements: Mapping[str, Judgement],
    ) -> None:
        writable, right = False, is_right(place, judgements)
        lines: tuple[Told, ...]
        if asked is Asked.EXPLANATION:
            lines = explained(self.program, record, terms(), tensor, place)
        elif right:
            lines = tuple(Told(told(one.text), one.tone) for one in right)
        elif asked is Asked.HINT:
            lines = self._hint(terms(), place)
        else:
            accused = {name for name, one in judgements.items() if one.verdict.accuses}
            now = asked is Asked.WRITTEN
            lines, writable = self._line(terms(), place, session, accused, now=now)
        more = not right and self._levels.get(place.words, 0) < LEVELS
        self._tell(asked, place.words, lines, writable, more)

    def _tell(
        self,
        asked: Asked,
        gradient: str,
        lines: tuple[Told, ...],
        writable: bool = False,
        more: bool = False,
    ) -> None:
        number = self.newest.number + 1 if self.newest is not None else 1
        self.newest = Answer(number, asked, gradient, lines, writable, more)

    def forget(self) -> None:
        """The iteration that was asked about is over: nothing of it is kept."""
        self._derived = None
        self._terms_of = None

    def _no_gradient(self, tensor: str) -> str:
        if not tensor:
            return "no tensor is selected"
        return _OF_THE_LOSS if tensor == self.program.loss else f"{tensor} has no gradient"

    def _derivation(self, session: Session, record: Iteration) -> Derivation:
        if self._derived is None or self._derived[0] is not record:
            self._terms_of = None
            self._derived = (record, derivation_of(session, record))
        return self._derived[1]

    def _terms(
        self, session: Session, record: Iteration, judgements: Mapping[str, Judgement], tensor: str
    ) -> OwnTerms:
        if self._terms_of is None or self._terms_of.judged is not judgements:
            studied = Study(self.program, session, record, self._derivation(session, record))
            self._terms_of = TermsOf(studied, judgements)
        return self._terms_of(tensor)

    def _hint(self, terms: OwnTerms, place: Place) -> tuple[Told, ...]:
        level = min(self._levels.get(place.words, 0) + 1, LEVELS)
        self._levels[place.words] = level
        return hinted(self.program, terms, place, level)

    def _line(
        self, terms: OwnTerms, place: Place, session: Session, accused: Collection[str], *, now: bool
    ) -> tuple[tuple[Told, ...], bool]:
        found = InFunctions(self.program, terms.derivation)
        derived = in_sight(self.program, found.derived(place))
        name = place.words
        if derived.reason:
            return (Told(f"{name} cannot be written: {derived.reason}", "head"),), False
        try:
            if self.program.unwritable:
                raise CannotPlace(self.program.unwritable)
            path = self._path()
            now_in_file = _as_opened(self.program, path)
            fit = self._fitting(now_in_file, found, place, derived, session, accused)
            if place.frame is not None and place.frame.function in now_in_file.beginnings:
                name = f"the body of {place.frame.function}"
            data = in_form_of(now_in_file.source, fit.text)
            if now and now_in_file.source is not None:
                replace_file(path, data, now_in_file.source.data)
                self.written.append(Wrote(name, path, now_in_file.source.data, data))
        except (CannotPlace, CannotWrite) as problem:
            return (Told(f"{name} is not written: {problem}", "head"),), False
        lines = tuple(Told(line, "strong") for one in fit.gradients for line in one.lines)
        if place.frame is None:
            lines += tuple(map(Told, unwritten_reads(self.program, derived)))
        lines += tuple(map(Told, filter(None, [terms.convention])))
        if now:
            where = f"{name} is written into {path.name}; u takes it back"
            return (Told(where, "head"), *lines), False
        return (Told(f"write {name} into {path.name}?", "head"), *lines), True

    def _fitting(
        self,
        now: Program,
        found: InFunctions,
        place: Place,
        derived: Derived,
        session: Session,
        accused: Collection[str],
    ) -> Fitting:
        """The program in the file with a line in its place.

        Raises:
            CannotPlace: it has none, or is not right there.
        """
        if place.computed is not None:
            raise CannotPlace(
                f"line {place.computed} computes it among others: bind it to a name above first"
            )
        if place.frame is not None:
            if now.text != self.program.text:
                raise CannotPlace(_CHANGED)
            return fitting(now, found, together(now, found, place), session.seed, accused)
        text = with_line(with_calls_whole(now), _moved(derived, self.program, now))
        denied = denials(rehearsed(self.program, Placed(text, [derived]), session.seed))
        if denied:
            raise CannotPlace(denied[derived.name])
        return Fitting(text, [derived])

    def _path(self) -> Path:
        path = self.program.path
        if path is None or is_bundled(self.program):
            raise CannotPlace(
                f"{self.program.name} is a bundled program; `e` edits a copy of your own, "
                "and `backprop-tui new FILE` makes one"
            )
        return path


def _as_opened(program: Program, path: Path) -> Program:
    """The program as it stands in the file, whose handwritten lines may have changed and nothing else.

    Raises:
        CannotPlace: the file is no such program any more.
    """
    try:
        found = program.found
        now = load(str(path)) if found is None else load(str(path), choice=found.choice)
    except ProgramError as problem:
        raise CannotPlace(f"the file cannot be read as a program any more: {problem}") from None
    if [s.text for s in _rest(now)] != [s.text for s in _rest(program)]:
        raise CannotPlace(_CHANGED)
    return now


def _moved(derived: Derived, program: Program, now: Program) -> Derived:
    """A gradient whose uses stand at the lines of the file: those above them may be more or fewer."""
    lines = {old.line: new.line for old, new in zip(_rest(program), _rest(now), strict=True)}
    uses = [replace(use, line=lines.get(use.line, use.line)) for use in derived.contributions]
    return replace(derived, contributions=uses)


def _rest(program: Program) -> list[Statement]:
    return [s for s in program.statements if s.section in ("setup", "parameters", "forward")]
