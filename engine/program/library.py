"""Where programs come from: a path, or the name of a bundled program."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from .cells import split
from .did_you_mean import nearest
from .program import Program, ProgramError, Source, parse
from .reading import read_source
from .source_text import read_text

DEFAULT = "linear_regression"
FOLDER = Path(__file__).parents[1] / "bundled"
"""Where the bundled programs are."""


class Bundled(Struct, frozen=True):
    """A program that comes with the tool: its name and a line about it."""

    name: str
    summary: str


def bundled() -> tuple[Bundled, ...]:
    """The bundled programs, from the simplest to the hardest."""
    programs = [Bundled(name, _summary(_text_of(name))) for name in bundled_names()]
    return tuple(sorted(programs, key=lambda program: (program.name != DEFAULT, program.name)))


def bundled_names() -> tuple[str, ...]:
    """The names that `load` takes beside paths."""
    paths = [path for path in FOLDER.iterdir() if path.suffix == ".py"]
    return tuple(sorted(path.stem for path in paths if not path.name.startswith("_")))


def load(target: str, *, choice: int = 0, gradient: str = "") -> Program:
    """The program at a path or with a bundled name. A path that exists comes first.

    Of a file without titles, `choice` is the number of a place for the iteration, `gradient` how its
    gradients are named.

    Raises:
        ProgramError: no target, nothing there, not a readable text file, or not a program.
    """
    if not target:
        hint = "Name a program file, or one of the programs that `backprop-tui list` names"
        raise ProgramError("no path was given", hint=hint)
    path = Path(target)
    if not _exists(path) and target in bundled_names():
        return parse(_text_of(target), target, FOLDER / f"{target}.py")
    return program_of(path, _read(path, target), choice=choice, gradient=gradient)


def program_of(path: Path, data: bytes, *, choice: int = 0, gradient: str = "") -> Program:
    """The program in the bytes of a file.

    Raises:
        ProgramError: not a text, or not a program.
    """
    return read_source(_decode(data, str(path)), path.stem, path, choice=choice, gradient=gradient)


def read_bytes(data: bytes, name: str, *, choice: int = 0, gradient: str = "") -> Program:
    """The program that bytes are which stand in no file.

    Raises:
        ProgramError: they are none.
    """
    return read_source(_decode(data, name), name, choice=choice, gradient=gradient)


def text_at(path: str) -> str:
    """The text of a program file, of a notebook that of its cells.

    Raises:
        ProgramError: it is no text.
        OSError: it cannot be read.
    """
    return _decode(Path(path).read_bytes(), path).text


def starter(name: str = DEFAULT) -> str:
    """The text that `backprop-tui new` writes: that of a bundled program.

    Raises:
        ProgramError: there is none of that name.
    """
    if name in bundled_names():
        return _text_of(name)
    guess = nearest(name, bundled_names())
    hint = f"Did you mean `{guess}`?" if guess else "`backprop-tui list` names the bundled programs"
    raise ProgramError(f"there is no bundled program `{name}`", hint=hint)


def _text_of(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def _summary(text: str) -> str:
    lines = tuple(text.split("\n"))
    narration = next((cell for cell in split(lines) if cell.narration), None)
    if narration is None:
        return ""
    words = [line.lstrip("# ").strip() for line in lines[narration.first - 1 : narration.last]]
    return next((line for line in words if line), "")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long for the file system
        return False


def _read(path: Path, target: str) -> bytes:
    if not _exists(path):
        raise _missing(path, target)
    if path.is_dir():
        raise ProgramError("this is a folder", path=target, hint="Name a program file inside it")
    try:
        return path.read_bytes()
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise ProgramError(f"it cannot be read: {reason}", path=target) from None


def _decode(data: bytes, target: str) -> Source:
    if target.endswith(".ipynb"):
        from .notebook import read_notebook  # reads JSON, which no other program takes to load

        return read_notebook(data, target)
    if b"\0" in data:
        raise ProgramError("this is a binary file", path=target, hint="A program is a Python file")
    try:
        source = read_text(data)
    except UnicodeDecodeError as problem:
        raise _not_in_its_encoding(problem, target) from None
    except SyntaxError as problem:
        raise ProgramError(f"its encoding cannot be read: {problem.msg}", path=target, line=1) from None
    return source


def _not_in_its_encoding(problem: UnicodeDecodeError, target: str) -> ProgramError:
    line = len(re.findall(rb"\r\n|\r|\n", problem.object[: problem.start])) + 1
    if problem.encoding.startswith("utf-8"):
        return ProgramError("the file is not UTF-8", path=target, line=line, hint="Save it as UTF-8")
    return ProgramError(f"the file is not in {problem.encoding}, as it says", path=target, line=line)


def _missing(path: Path, target: str) -> ProgramError:
    guess = _meant(path, target)
    hint = f"Did you mean `{guess}`?" if guess else "`backprop-tui list` names the bundled programs"
    return ProgramError("no such program", path=target, hint=hint)


def _meant(path: Path, target: str) -> str | None:
    """A bundled program, or one beside the path, whose name without folder and ending is nearly this."""
    names = {name: name for name in bundled_names()}
    folder = path.parent
    if _exists(folder) and folder.is_dir():
        prefix = "" if str(folder) == "." and not target.startswith(".") else f"{folder}/"
        names.update((file.stem, prefix + file.name) for file in folder.iterdir() if file.suffix == ".py")
    guess = nearest(path.stem, names)
    return names[guess] if guess else None
