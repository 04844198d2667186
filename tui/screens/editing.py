"""The program in an editor: where it stands, a bundled one as a copy, of a notebook one cell."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.app import App, SuspendNotSupported

from ...engine.program.library import load
from ...engine.program.notebook import NotebookText
from ...engine.program.own_copy import is_bundled, new_file, own_copy
from ...engine.program.program import Program, ProgramError
from ...engine.program.user_file import CannotWrite, bytes_of, replace
from ..terminal.editor import Editor, NoEditor, editor, run


@dataclass(frozen=True)
class Edited:
    """The program to go on with, and what there is to say."""

    program: Program
    told: tuple[str, ...] = ()


class _CannotEdit(Exception):
    """What keeps a program from being edited, or what was edited from being taken. A sentence."""


def in_editor(app: App[object], program: Program, line: int) -> Edited:
    """Let the program be edited at a line, in an editor that has the terminal for itself meanwhile."""
    try:
        chosen = editor()
        with app.suspend():
            return _with_a_file(chosen, program, line)
    except (NoEditor, SuspendNotSupported) as problem:
        why = str(problem) if isinstance(problem, NoEditor) else "this terminal cannot be left for an editor"
        name = program.path.name if program.path is not None else program.name
        return Edited(program, (f"{why}; or open {name} at line {line} in another window",))


def _with_a_file(chosen: Editor, program: Program, line: int) -> Edited:
    """A bundled program is copied beside first, and the copy edited."""
    told: list[str] = []
    try:
        mine = program
        if program.path is None:
            raise _CannotEdit(f"{program.name} has no file that could be edited")
        if is_bundled(program):
            mine = _copy_of(program)
            told.append(f"{mine.path} is your copy of the bundled {program.name}, and is stepped from now on")
        told += _edit(chosen, mine, line)
        return Edited(_read_again(mine), tuple(told))
    except (_CannotEdit, ProgramError, CannotWrite, OSError) as problem:
        return Edited(mine, (*told, str(problem)))


def _copy_of(program: Program) -> Program:
    try:
        return load(str(own_copy(program)))
    except CannotWrite as problem:
        raise _CannotEdit(
            f"{program.name} is a bundled program, and this folder takes no copy of it: {problem}"
        ) from None


def _edit(chosen: Editor, program: Program, line: int) -> list[str]:
    """Open the file, or of a notebook the cell; what there is to say of the editor's end."""
    path, source = program.path, program.source
    assert path is not None
    if not isinstance(source, NotebookText):
        return [*filter(None, [run(chosen.at(path, line))])]
    with _cell_file(source, path, line) as (file, number):
        return [*filter(None, [run(chosen.at(file, number))])]


def _read_again(program: Program) -> Program:
    """The program that its file is now; the same one where the file says the same."""
    choice = program.found.choice if program.found is not None else 0
    now = load(str(program.path), choice=choice, gradient=program.naming.pattern)
    return program if now.text == program.text else now


@contextmanager
def _cell_file(notebook: NotebookText, path: Path, line: int) -> Iterator[tuple[Path, int]]:
    """A file with the source of the cell at a line, and the line in it; it is put back into the cell."""
    cell = notebook.cell_at(line)
    if cell is None:
        raise _CannotEdit(f"line {line} of {path.name} is in no cell of code")
    if bytes_of(path) != notebook.data:
        raise _CannotEdit(f"{path.name} has changed since it was read; open it again")
    source = notebook.source_of(cell)
    with tempfile.TemporaryDirectory(prefix="backprop-tui-") as folder:
        file = Path(folder) / f"{path.stem}_cell_{cell.number}.py"
        file.write_text(source + "\n", encoding="utf-8")
        yield file, max(line - cell.first + 1, 1)
        written = _text_of(file)
    if written == source:
        return
    try:
        replace(path, notebook.with_source(cell, written), notebook.data)
    except CannotWrite as problem:
        raise _CannotEdit(
            f"{path.name} is not written: {problem}{_kept(path.with_name(file.name), written)}"
        ) from None


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeError) as problem:
        raise _CannotEdit(f"what was edited cannot be read: {problem}") from None


def _kept(path: Path, text: str) -> str:
    """Where a text stands that could not be put back: nobody's work is lost."""
    try:
        return f"; what you wrote is in {new_file(path, text + chr(10))}"
    except CannotWrite:
        return ""
