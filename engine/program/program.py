"""The program: a parsed file, its sections and statements. Nothing here needs torch."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from .cells import Cell, split
from .depth import as_deep_as_python
from .did_you_mean import nearest
from .items.kinds import NONE, Kinds, kinds_of
from .items.places import Held, as_names, held_in
from .items.reaching import with_reach
from .names import stored_names
from .naming import DX, NamingScheme
from .naming_by_fit import scheme_of, with_others
from .printable import printable
from .section import Section
from .statements import Statement, statements_of
from .titles import options_of

if TYPE_CHECKING:
    from .around import Level
    from .found import Found

SECTIONS = ("setup", "parameters", "forward", "backward", "update")
BETWEEN = "between"
"""What the loops around an iteration do before and after it, where these were found in a plain file."""
KINDS = (*SECTIONS, BETWEEN)
BEGINNING = ("setup", "parameters")
"""What runs once."""
ITERATED = ("forward", "backward", "update")
"""What every iteration runs."""


class Source(Protocol):
    """A file as it was read: its bytes, its text, and the bytes that another text of it would be."""

    @property
    def data(self) -> bytes: ...
    @property
    def text(self) -> str: ...
    def encoded(self, text: str) -> bytes:
        """The bytes of another text in the form of this one."""


class ProgramError(Exception):
    """A program that cannot be taken: what happened, where, and what to do about it."""

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        line: int | None = None,
        column: int | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = printable(message)
        self.path = path
        self.line = line
        self.column = column
        self.hint = printable(hint)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        head = f"{place}: {self.message}" if place else self.message
        return f"{head}. {self.hint}" if self.hint else head


class Program(Struct, frozen=True, eq=False, dict=True):
    """A training program: its text and its sections in the order they run."""

    name: str
    path: Path | None
    text: str
    sections: tuple[Section, ...]
    lines: tuple[str, ...]
    naming: NamingScheme = DX
    """How its gradients are named."""
    loss: str = "loss"
    """The name of what is differentiated."""
    parameters: tuple[str, ...] | None = None
    """The names that may be parameters; None where all that the section `parameters` binds are."""
    seeded_again: bool = True
    """Whether the seed is set once more before the parameters; a plain file is seeded once, as it runs."""
    around: tuple[Level, ...] = ()
    """The loops and blocks around one iteration, the outermost first; none where sections have titles."""
    found: Found | None = None
    """What was found in a file without titles."""
    flags: int = 0
    """What the file asks of the compiler: `from __future__ import annotations`."""
    source: Source | None = None
    """Its file as it was read, where it was read from one."""
    steps_calls: bool = True
    """Whether calls of layer functions are taken apart."""
    beginnings: Mapping[str, tuple[str, ...]] = {}
    """By function that is not written yet, the lines that it is taken to begin with."""
    kinds: Kinds = NONE
    """What its text tells of what its names stand for."""

    def section(self, kind: str) -> Section | None:
        """The section of that kind, or None where the program has none."""
        return next((section for section in self.sections if section.kind == kind), None)

    def section_at(self, line: int) -> str:
        """The kind of the section that a line stands in; '' outside of all."""
        return next((section.kind for section in self.sections if line in section.numbers), "")

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement of every section, by its number."""
        return tuple(statement for section in self.sections for statement in section.statements)

    @cached_property
    def held(self) -> Held:
        """The items of dictionaries that its lines name."""
        return held_in(section.tree for section in self.sections)

    @cached_property
    def steps_methods(self) -> bool:
        """Whether statements of methods are among these."""
        return any(one.frame is not None and one.frame.receiver for one in self.statements)

    @property
    def unwritable(self) -> str:
        """Why its gradients cannot be written, or blanked, by themselves; "" where they can."""
        if self.steps_methods:
            return "it has gradients in methods, and what stands there is not written or blanked yet"
        return self.found.unwritable if self.found is not None else ""

    @cached_property
    def takes_calls_apart(self) -> bool:
        """Whether statements of functions stand in its sections, in the place of their calls."""
        return any(statement.frame is not None for statement in self.statements)

    @property
    def computes_loss(self) -> bool:
        """Whether a loss is its own, not one that is drawn up to judge a gradient that is given."""
        return self.found is None or bool(self.found.loss)

    @property
    def choice(self) -> int:
        """The number of the place for the iteration that was chosen."""
        return self.found.choice if self.found is not None else 0

    @property
    def filename(self) -> str:
        """What stands for the file in tracebacks."""
        return str(self.path) if self.path else f"<{self.name}>"


@as_deep_as_python()
def parse(text: str, name: str, path: Path | None = None, *, gradient: str = "") -> Program:
    """Parse the text of a program.

    `gradient` says how its gradients are named, where neither a title does nor the names at hand.

    Raises:
        ProgramError: no cell, an unknown or repeated title, a syntax error, no forward, no loss.
    """
    reader = _Reader(text, str(path) if path else name)
    sections = reader.sections()
    said = {s.kind: options_of(reader.lines[s.title_line - 1]) for s in sections if s.title_line}
    loss = said.get("forward", {}).get("loss", "loss")
    reader.require_forward(sections, loss)
    of_parameters = said.get("parameters", {})
    listed = of_parameters.get("names", "")
    return Program(
        name,
        path,
        text,
        sections,
        reader.lines,
        naming=_naming(sections, said.get("backward", {}), gradient),
        loss=loss,
        parameters=tuple(filter(None, re.split(r"[\s,]+", listed))) or None,
        seeded_again=of_parameters.get("seed") != "once",
        kinds=reader.kinds,
    )


def _naming(sections: tuple[Section, ...], said: Mapping[str, str], gradient: str) -> NamingScheme:
    """How gradients are named: as somebody says, or as fits the names that the backward binds."""
    exceptions = tuple(
        (name.removeprefix("gradient."), value)
        for name, value in said.items()
        if name.startswith("gradient.")
    )
    pattern = gradient or said.get("gradient", "")
    names = {section.kind: stored_names(section.tree) for section in sections}
    every, written = sorted(frozenset[str]().union(*names.values())), names.get("backward", ())
    scheme = NamingScheme(pattern) if pattern.count("{}") == 1 else scheme_of(every, written=written)
    scheme = with_others(replace(scheme, exceptions=exceptions), every, written)
    if not held_in(section.tree for section in sections).all:
        return scheme
    from .items.naming_of_items import with_all_items

    return with_all_items(scheme, {section.kind: section.tree.body for section in sections})


class _Reader:
    def __init__(self, text: str, where: str) -> None:
        self.lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        self.where = where
        self.kinds = NONE

    def error(
        self, message: str, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> ProgramError:
        return ProgramError(message, path=self.where, line=line, column=column, hint=hint)

    def sections(self) -> tuple[Section, ...]:
        if not any(line.strip() for line in self.lines):
            raise self.error("the file is empty", hint="`backprop-tui new FILE` writes a start")
        grouped: dict[str, list[Cell]] = {}
        kind = "setup"
        for cell in split(self.lines):
            if cell.narration:
                continue
            if cell.title:
                kind = self._kind(cell, grouped)
            grouped.setdefault(kind, []).append(cell)
        sections: list[Section] = []
        trees = {kind: self._tree(self._source(grouped[kind])) for kind in SECTIONS if kind in grouped}
        self.kinds = kinds_of(trees.values())
        for kind, tree in trees.items():
            first = sum(len(section.statements) for section in sections)
            sections.append(self._section(kind, tree, grouped[kind], first))
        return with_reach(sections)

    def _kind(self, cell: Cell, seen: dict[str, list[Cell]]) -> str:
        kind = cell.title.casefold().rstrip(":")
        if kind not in SECTIONS:
            raise self._unknown(cell)
        titled = [earlier for earlier in seen.get(kind, ()) if earlier.title]
        if titled:
            raise self.error(
                f"the section `{kind}` begins a second time",
                cell.marker,
                hint=f"It began on line {titled[0].marker}; a plain `# %%` continues a section",
            )
        later = next((k for k in SECTIONS[SECTIONS.index(kind) + 1 :] if k in seen), None)
        if later:
            raise self.error(
                f"the section `{kind}` stands after `{later}`",
                cell.marker,
                hint=f"The order is {', '.join(SECTIONS)}",
            )
        return kind

    def _unknown(self, cell: Cell) -> ProgramError:
        words = cell.title.split()
        guess = nearest(cell.title, SECTIONS, 0.6) or (words and nearest(words[0], SECTIONS, 0.7))
        line = self.lines[(cell.marker or 1) - 1]
        hint = f"Did you mean `{guess}`?" if guess else f"The titles are {', '.join(SECTIONS)}"
        return self.error(
            f"`{cell.title}` is not the title of a section",
            cell.marker,
            line.find(cell.title) + 1,
            hint,
        )

    def _source(self, cells: list[Cell]) -> str:
        inside = {n for cell in cells for n in range(cell.first, cell.last + 1)}
        last = max((cell.last for cell in cells), default=0)
        return "\n".join(line if n in inside else "" for n, line in enumerate(self.lines[:last], 1))

    def _section(self, kind: str, tree: ast.Module, cells: list[Cell], number: int) -> Section:
        last = max((cell.last for cell in cells), default=0)
        tree.body = as_names(tree.body, self.kinds)
        title = next((cell.marker for cell in cells if cell.title), None)
        first = min(cell.first for cell in cells)
        statements = statements_of(tree, kind, self.lines, number)
        return Section(kind, title, first, last, tree, statements, frozenset(range(first, last + 1)))

    def _tree(self, source: str) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                tree = ast.parse(source)
                compile(tree, self.where, "exec")
        except SyntaxError as problem:
            raise self._syntax(problem) from None
        except (ValueError, RecursionError, MemoryError) as problem:
            raise self.error(f"Python cannot read this: {problem}") from None
        return tree

    def _syntax(self, problem: SyntaxError) -> ProgramError:
        line = problem.lineno
        text = self.lines[line - 1].strip() if line and line <= len(self.lines) else ""
        if text.startswith(("%", "!")):
            hint = "Notebook magics are not Python; take the line out"
        else:
            hint = f"The line reads `{text}`" if text else ""
        return self.error(f"syntax error: {problem.msg}", line, problem.offset, hint)

    def require_forward(self, sections: tuple[Section, ...], loss: str) -> None:
        forward = next((section for section in sections if section.kind == "forward"), None)
        if forward is None:
            raise self.error(
                "the program has no section `forward`",
                hint="Begin it with a line `# %% forward`; `backprop-tui new FILE` shows the form",
            )
        names = stored_names(forward.tree)
        if loss not in names:
            guess = nearest(loss, names, 0.6)
            hint = f"Rename `{guess}` to `{loss}`" if guess else f"Its last line is `{loss} = ...`, a scalar"
            raise self.error(f"the forward never binds `{loss}`", forward.title_line, hint=hint)
