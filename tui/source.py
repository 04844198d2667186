"""The program's text as styled lines, coloured once."""

from __future__ import annotations

from textual.content import Content
from textual.highlight import HighlightTheme, highlight

from ..engine.cells import split
from ..engine.program import Program
from .line import Line, Run, clean

TOKENS: dict[tuple[str, ...], str] = {
    ("Comment",): "comment",
    ("Keyword",): "keyword",
    ("Keyword", "Constant"): "constant",
    ("Literal", "Number"): "number",
    ("Literal", "String"): "string",
    ("Operator",): "operator",
    ("Operator", "Word"): "keyword",
}
"""Pygments tokens to names of our stylesheet, so that the theme decides the colours."""


class SourceStyles(HighlightTheme):
    """Our names in the place of colours."""

    STYLES = TOKENS


def source_lines(program: Program) -> tuple[Line, ...]:
    """Every source line with syntax colours; section titles are their kind alone."""
    text = "\n".join(clean(line) for line in program.lines)
    coloured = highlight(text, language="python", theme=SourceStyles).split("\n", allow_blank=True)
    lines = [_line(content) for content in coloured]
    lines += [()] * (len(program.lines) - len(lines))
    for number in narration_lines(program):
        lines[number - 1] = _narration(program.lines[number - 1])
    for section in program.sections:
        if section.title_line:
            lines[section.title_line - 1] = (Run(section.kind, "title"),)
    return tuple(lines)


def narration_lines(program: Program) -> frozenset[int]:
    """The numbers of the lines of markdown cells, their markers among them."""
    cells = [cell for cell in split(program.lines) if cell.narration and cell.marker]
    return frozenset(n for cell in cells for n in range(cell.first - 1, cell.last + 1))


def _narration(text: str) -> Line:
    """Markdown without the comment signs; headings are bold, markers blank."""
    if text.replace(" ", "").startswith("#%%"):
        return ()
    words = clean(text).removeprefix("#").strip()
    heading = words.lstrip("#").strip() if words.startswith("#") else ""
    return (Run(heading, "title"),) if heading else (Run(words, "comment"),)


def _line(content: Content) -> Line:
    """One highlighted line as runs; where spans overlap the last one counts."""
    text = content.plain
    styles = [""] * len(text)
    for start, end, style in content.spans:
        if str(style) in TOKENS.values():
            styles[start:end] = [str(style)] * (min(end, len(text)) - start)
    runs: list[Run] = []
    for character, style in zip(text, styles, strict=True):
        if runs and runs[-1].style == style:
            runs[-1] = Run(runs[-1].text + character, style)
        else:
            runs.append(Run(character, style))
    return tuple(runs)
