"""A plain file with titles where its sections were found to begin, and nothing else changed."""

from __future__ import annotations

from .program import Program, ProgramError
from .section import Section

_TITLED = ("parameters", "forward", "backward", "update")


def with_titles(program: Program) -> str:
    """The text of a program with a title above the first line of every section that was found.

    Raises:
        ProgramError: it has titles already.
    """
    found = program.found
    where = str(program.path or program.name)
    if found is None:
        raise ProgramError("it has titles already", path=where, hint="Nothing was written")
    if found.again or not found.loss:
        message = "titles need a loss, and all gradients beside it"
        raise ProgramError(message, path=where, hint="--choice takes another place, where there is one")
    begins = {"forward": found.forward, "backward": found.backward}
    lines = list(program.lines)
    titles: list[tuple[int, str]] = []
    for kind in _TITLED:
        spans = begins.get(kind)
        section = program.section(kind) if kind != "update" or found.update else None
        line = spans[0][0] if spans else _first_line(section) if section else None
        if line is not None:
            titles.append((line, kind))
    for line, kind in sorted(titles, reverse=True):
        indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
        lines.insert(_above_comments(lines, line) - 1, f"{indent}# %% {kind}{_options(program, kind)}")
    return "\n".join(lines)


def _first_line(section: Section) -> int:
    return section.tree.body[0].lineno


def _above_comments(lines: list[str], line: int) -> int:
    """The line of the first comment in a row right above a line; that itself where there is none."""
    while line > 1 and lines[line - 2].lstrip().startswith("#") and not lines[line - 2].startswith("#!"):
        line -= 1
    return line


def _options(program: Program, kind: str) -> str:
    if kind == "forward" and program.loss != "loss":
        return f' loss="{program.loss}"'
    if kind == "backward" and program.naming.pattern != "d{}":
        return f' gradient="{program.naming.pattern}"'
    if kind == "parameters" and program.parameters:
        return f' names="{", ".join(program.parameters)}" seed="once"'
    return ""
