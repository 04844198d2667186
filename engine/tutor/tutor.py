"""Explains, hints and writes while a program is stepped: remembers how much was said already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..execution.iteration import Iteration
from ..execution.session import Session
from ..judging.judgement import Judgement
from ..program.frame import is_inside, told
from ..program.library import load
from ..program.own_copy import is_bundled
from ..program.program import Program, ProgramError
from ..program.statements import Statement
from ..program.user_file import CannotWrite, in_form_of
from ..program.user_file import replace as replace_file
from ..rules.derivation.derive import Derivation, Derived, derive
from .answer import Answer, Asked, Told
from .differences import difference_lines
from .explanation import explain
from .hints import LEVELS, hint, unwritten_reads
from .in_sight import in_sight
from .own_terms import OwnTerms, TermsOf
from .placement import CannotPlace, Placed, with_line
from .rehearsal import denials, rehearsed
from .study import Study
from .takes_back import Wrote
from .wording import explanation_lines, hint_lines, right_already

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
        gradient = self.program.naming.gradient(tensor)
        writable = False
        if asked is Asked.DIFFERENCES:
            self._tell(asked, gradient, difference_lines(session, record, tensor))
            return
        derivation = self._derivation(session, record)
        lines: tuple[Told, ...]
        if derivation.problem:
            lines = (Told(f"nothing can be said of {gradient}: {derivation.problem}", "head"),)
        elif tensor not in derivation.gradients:
            lines = (Told(self._no_gradient(tensor), "head"),)
        elif asked is Asked.EXPLANATION:
            terms = self._terms(session, record, judgements, tensor)
            lines = explanation_lines(explain(self.program, record, terms, tensor))
        elif right := right_already(gradient, judgements.get(gradient)):
            lines = right
        else:
            terms = self._terms(session, record, judgements, tensor)
            if asked is Asked.HINT:
                lines = self._hint(terms, tensor)
            else:
                lines, writable = self._line(terms, tensor, session, now=asked is Asked.WRITTEN)
        if needed := _of_functions(tensor, derivation, lines):
            self._tell(asked, gradient, (Told(needed, "head"),))
            return
        hints = tensor in derivation.gradients and not right_already(gradient, judgements.get(gradient))
        more = hints and self._levels.get(tensor, 0) < LEVELS
        self._tell(asked, gradient, lines, writable, more)

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
            self._derived = (record, derive(session, record))
        return self._derived[1]

    def _terms(
        self, session: Session, record: Iteration, judgements: Mapping[str, Judgement], tensor: str
    ) -> OwnTerms:
        if self._terms_of is None or self._terms_of.judged is not judgements:
            studied = Study(self.program, session, record, self._derivation(session, record))
            self._terms_of = TermsOf(studied, judgements)
        return self._terms_of(tensor)

    def _hint(self, terms: OwnTerms, tensor: str) -> tuple[Told, ...]:
        level = min(self._levels.get(tensor, 0) + 1, LEVELS)
        self._levels[tensor] = level
        gradient = terms.derivation.gradients[tensor].name
        said = hint(self.program, terms.derivation, tensor, level, terms.convention)
        return hint_lines(gradient, level, said)

    def _line(
        self, terms: OwnTerms, tensor: str, session: Session, *, now: bool
    ) -> tuple[tuple[Told, ...], bool]:
        derived = in_sight(self.program, terms.derivation.gradients[tensor])
        if any(map(is_inside, (derived.name, *derived.lines))):
            return tuple(map(Told, derived.lines)), False
        if derived.reason:
            return (Told(f"{derived.name} cannot be written: {derived.reason}", "head"),), False
        try:
            if self.program.found is not None and self.program.found.unwritable:
                raise CannotPlace(self.program.found.unwritable)
            path = self._path()
            now_in_file = _as_opened(self.program, path)
            text = with_line(now_in_file, _moved(derived, self.program, now_in_file))
            _require_in_section(now_in_file, text)
            denied = denials(rehearsed(self.program, Placed(text, [derived]), session.seed))
            if denied:
                raise CannotPlace(denied[derived.name])
            data = in_form_of(now_in_file.source, text)
            if now and now_in_file.source is not None:
                replace_file(path, data, now_in_file.source.data)
                self.written.append(Wrote(derived.name, path, now_in_file.source.data, data))
        except (CannotPlace, CannotWrite) as problem:
            return (Told(f"{derived.name} is not written: {problem}", "head"),), False
        lines = tuple(Told(line, "strong") for line in derived.lines)
        lines += tuple(map(Told, unwritten_reads(self.program, derived)))
        lines += tuple(map(Told, filter(None, [terms.convention])))
        if now:
            where = f"{derived.name} is written into {path.name}; u takes it back"
            return (Told(where, "head"), *lines), False
        return (Told(f"write {derived.name} into {path.name}?", "head"), *lines), True

    def _path(self) -> Path:
        path = self.program.path
        if path is None or is_bundled(self.program):
            raise CannotPlace(
                f"{self.program.name} is a bundled program; `e` edits a copy of your own, "
                "and `backprop-tui new FILE` makes one"
            )
        return path


def _of_functions(tensor: str, derivation: Derivation, lines: Sequence[Told]) -> str:
    """Why nothing is said of a gradient that takes names of functions; nothing of any other."""
    if not any(is_inside(text) for text in (tensor, *(line.text for line in lines))):
        return ""
    name = told(tensor)
    if is_inside(tensor):
        return f"{name} stands in a function: nothing is explained or written there yet"
    return (
        f"the gradient of {name} comes through lines of functions, where nothing is explained or written "
        f"yet; `backprop-tui hint FILE {name}` takes every call as one line"
    )


def _require_in_section(program: Program, text: str) -> None:
    """Nothing is written outside of the backward.

    Raises:
        CannotPlace: the first line that is another stands before it.
    """
    section = program.section("backward")
    pairs = zip(program.lines, text.split("\n"), strict=False)
    first = next((number for number, (old, new) in enumerate(pairs, 1) if old != new), len(program.lines))
    if section is not None and first < min(section.numbers, default=1) and _steps_calls(program):
        raise CannotPlace("its place would be in a function")


def _steps_calls(program: Program) -> bool:
    return any(statement.frame is not None for statement in program.statements)


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
        raise CannotPlace("the file has changed since it was opened; open it again")
    return now


def _moved(derived: Derived, program: Program, now: Program) -> Derived:
    """A gradient whose uses stand at the lines of the file: those above them may be more or fewer."""
    lines = {old.line: new.line for old, new in zip(_rest(program), _rest(now), strict=True)}
    uses = [replace(use, line=lines.get(use.line, use.line)) for use in derived.contributions]
    return replace(derived, contributions=uses)


def _rest(program: Program) -> list[Statement]:
    return [s for s in program.statements if s.section in ("setup", "parameters", "forward")]
