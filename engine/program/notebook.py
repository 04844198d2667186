"""Notebooks: their cells as one text in the percent format, and a changed text put back into them."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .cells import ASIDE, split
from .found import Found
from .program import SECTIONS, ProgramError, Source

Json = Mapping[str, Any]
_MAGIC = re.compile(r"^\s*([%!?]|\w+\s*=\s*[%!](?!=)|[\w.]+\?{1,2}\s*$)")
_OTHER_LANGUAGE = re.compile(
    r"^%%(bash|cmd|cython|file|html|javascript|js|latex|markdown|perl|ruby|sh|svg|writefile|script)\b"
)


class OtherCells(ValueError):
    """A text that is not in the cells of its notebook."""


@dataclass(frozen=True)
class CodeCell:
    """One cell of code. `number` counts the cells of code from 1; lines count from 1 in the whole text."""

    number: int
    index: int
    """Its place among all cells of the notebook."""
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class NotebookText:
    """A notebook as it was read; `text` is what its cells say together."""

    data: bytes
    content: Json
    encoding: str = "utf-8"

    @cached_property
    def text(self) -> str:
        """The cells in order: code as it stands, but for magics, all else as narration."""
        return "\n".join(line for block in self._blocks for line in block) + "\n"

    @cached_property
    def cells(self) -> tuple[CodeCell, ...]:
        """The cells of code, and where they stand in the text."""
        found: list[CodeCell] = []
        line = 1
        for index, (cell, block) in enumerate(zip(_cells(self.content), self._blocks, strict=True)):
            if cell.get("cell_type") == "code":
                found.append(CodeCell(len(found) + 1, index, line + 1, line + len(block) - 1))
            line += len(block)
        return tuple(found)

    @cached_property
    def magics(self) -> tuple[int, ...]:
        """The lines that are no Python, and are left out."""
        return tuple(n for n, line in enumerate(self.text.split("\n"), 1) if line.startswith(ASIDE))

    @cached_property
    def _blocks(self) -> tuple[tuple[str, ...], ...]:
        titled = _has_titles(self.content)
        return tuple(_block(cell, titled) for cell in _cells(self.content))

    def cell_at(self, line: int) -> CodeCell | None:
        """The cell of code that a line of the text stands in, its marker included; None in narration."""
        return next((cell for cell in self.cells if cell.first - 1 <= line <= cell.last), None)

    def source_of(self, cell: CodeCell) -> str:
        """What a cell says, magics as they are; its lines are those of the text from its first one on."""
        return "\n".join(_source(_cells(self.content)[cell.index]))

    def with_source(self, cell: CodeCell, source: str) -> bytes:
        """The notebook with something else in a cell; all else of it stays as it is."""
        content = json.loads(self.data)
        _put_source(_cells(content)[cell.index], _without_end(source.split("\n")))
        return _as_written(content, self.data)

    def encoded(self, text: str) -> bytes:
        """The notebook with the code of another text in its cells; all else of it stays as it is.

        Raises:
            OtherCells: the cells of that text are not those of this one.
        """
        lines = text.split("\n")
        cells = [cell for cell in split(tuple(lines)) if cell.marker]
        if len(cells) != len(self._blocks):
            raise OtherCells(
                f"the notebook has {len(self._blocks)} cells, and the text {len(cells)}; "
                "a copy whose name ends in .py takes them"
            )
        content = json.loads(self.data)
        for cell, new, old in zip(_cells(content), cells, self._blocks, strict=True):
            block = lines[new.first - 1 : new.last]
            if cell.get("cell_type") == "code" and [*old[1:]] != _without_end(block):
                _put_source(cell, _with_title(cell, [_unmasked(line) for line in _without_end(block)]))
        return _as_written(content, self.data)


def read_notebook(data: bytes, where: str) -> NotebookText:
    """The notebook that a file is.

    Raises:
        ProgramError: it is none, or there is no Python in it.
    """
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        line = getattr(problem, "lineno", None)
        raise ProgramError(
            "this is no notebook: it is not JSON", path=where, line=line, hint="Save it again in Jupyter"
        ) from None
    if not isinstance(content, dict) or not isinstance(_cells(content), list):
        raise ProgramError("this is no notebook: it has no cells", path=where)
    strange = [number for number, cell in enumerate(_cells(content), 1) if not _is_cell(cell)]
    if strange:
        raise ProgramError(f"this is no notebook: cell {strange[0]} has no text", path=where)
    language = _language(content)
    if language and language.casefold() not in ("python", "python3", "ipython", "ipython3"):
        raise ProgramError(f"this notebook is in {language}; Python is stepped here", path=where)
    notebook = NotebookText(data, content)
    if not notebook.cells:
        raise ProgramError("the notebook has no cells of code", path=where)
    return notebook


def counting_of(source: Source, found: Found) -> tuple[str, ...]:
    """How the lines of a notebook are numbered."""
    line = found.loops[-1] if found.loops else found.forward[0][0]
    cells = source.cells if isinstance(source, NotebookText) else ()
    return tuple(
        f"lines are counted through all cells: cell {cell.number} begins at line {cell.first}"
        for cell in cells
        if cell.first <= line <= cell.last
    )


def _cells(content: Json) -> list[Any]:
    """The cells, of a notebook of the format before the fourth too."""
    if "cells" in content:
        return content["cells"]  # type: ignore[no-any-return]
    sheets = content.get("worksheets")
    has_one = isinstance(sheets, list) and sheets and isinstance(sheets[0], dict)
    return sheets[0].get("cells") if has_one else None  # type: ignore[index, return-value]


def _is_cell(cell: object) -> bool:
    """Whether it says anything, as a text or in lines."""
    if not isinstance(cell, dict):
        return False
    source = cell.get("source", cell.get("input", ""))
    return all(isinstance(line, str) for line in (source if isinstance(source, list) else [source]))


def _metadata(of: Json) -> Json:
    metadata = of.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _language(content: Json) -> str:
    metadata = _metadata(content)
    parts = [metadata.get(name) for name in ("kernelspec", "language_info")]
    names = [part.get("language") or part.get("name") for part in parts if isinstance(part, dict)]
    return next((name for name in names if isinstance(name, str)), "")


def _source(cell: Json) -> list[str]:
    source = cell.get("source", cell.get("input", ""))
    text = "".join(source) if isinstance(source, list) else source
    return _without_end(text.replace("\r\n", "\n").split("\n"))


def _without_end(lines: Sequence[str]) -> list[str]:
    lines = list(lines)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _block(cell: Json, titled: bool) -> tuple[str, ...]:
    """A marker and the lines of a cell."""
    lines = _source(cell)
    if cell.get("cell_type") != "code":
        return ("# %% [markdown]", *(f"# {line}".rstrip() for line in lines))
    title = _title(cell, lines)
    if title and lines and _is_title(lines[0]):
        lines = ["#", *lines[1:]]
    if titled:
        return (f"# %% {title}".rstrip(), *_masked(lines))
    return ("# %%", *_masked(lines))


def _has_titles(content: Json) -> bool:
    return any(_title(cell, _source(cell)) for cell in _cells(content) if cell.get("cell_type") == "code")


def _title(cell: Json, lines: Sequence[str]) -> str:
    """The section that a cell is said to be: by its first line, or by a tag."""
    if lines and _is_title(lines[0]):
        return lines[0].lstrip("#% ").strip()
    tags = _metadata(cell).get("tags")
    return next((tag for tag in tags if tag in SECTIONS), "") if isinstance(tags, list) else ""


def _is_title(line: str) -> bool:
    words = re.match(r"#\s*%%\s*(\w+)", line)
    return words is not None and words[1].casefold() in SECTIONS


def _masked(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a cell, what is no Python as comments; a cell in another language altogether."""
    if _is_python(lines):
        yield from lines
        return
    foreign = bool(lines) and _OTHER_LANGUAGE.match(lines[0]) is not None
    inside = ""
    for line in lines:
        is_magic = not inside and _MAGIC.search(line) is not None and not line.lstrip().startswith("#")
        yield ASIDE + line if foreign or is_magic else line
        inside = _open_string(line, inside)


def _is_python(lines: Sequence[str]) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _open_string(line: str, inside: str) -> str:
    """The quotes that a text over several lines is in after a line; nothing where it is in none."""
    for quotes in re.findall(r'"""|' + r"'''", line):
        if not inside:
            inside = quotes
        elif quotes == inside:
            inside = ""
    return inside


def _unmasked(line: str) -> str:
    return line.removeprefix(ASIDE)


def _with_title(cell: Json, lines: list[str]) -> list[str]:
    """The lines of a cell with its title, for which a plain comment stands in the text."""
    title = [line for line in _source(cell)[:1] if _is_title(line)]
    return [*title, *lines[1:]] if title and lines[:1] == ["#"] else lines


def _put_source(cell: dict[str, Any], lines: Sequence[str]) -> None:
    name = "input" if "input" in cell and "source" not in cell else "source"
    text = "\n".join(lines)
    cell[name] = text.splitlines(keepends=True) if isinstance(cell.get(name), list) else text


def _as_written(content: Json, data: bytes) -> bytes:
    """JSON as it was written: with the same indentation, the same letters escaped, the same end."""
    text = data.decode("utf-8-sig")
    spaces = re.search(r"^[\[{]\r?\n([ \t]+)", text)
    indent = spaces[1] if spaces else None
    plain = re.search(r"\\u[0-9a-fA-F]{4}", text) is None or not text.isascii()
    separators = None if indent or '": ' in text else (",", ":")
    written = json.dumps(content, indent=indent, ensure_ascii=not plain, separators=separators)
    return (written + ("\n" if text.endswith("\n") else "")).encode()
