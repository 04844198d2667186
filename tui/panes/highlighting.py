"""The program's text as styled lines, coloured once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.program.cells import split
from ...engine.program.program import Program
from ..drawing.line import Line, Run, clean

if TYPE_CHECKING:
    from textual.content import Content

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


def source_lines(program: Program, *, coloured: bool) -> tuple[Line, ...]:
    """Every source line, with syntax colours if wanted; section titles are their kind alone."""
    texts = [clean(line) for line in program.lines]
    lines = _coloured(texts) if coloured else [_plain(text) for text in texts]
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
    words = clean(text).removeprefix("#").removeprefix(" ").rstrip()
    heading = words.lstrip("#").strip() if words.startswith("#") else ""
    return (Run(heading, "title"),) if heading else (Run(words, "comment"),)


def _plain(text: str) -> Line:
    return (Run(text),) if text else ()


def _coloured(texts: list[str]) -> list[Line]:
    # Pygments takes as long to import and to compile as a tenth of all that comes before the first frame.
    from textual.highlight import HighlightTheme, highlight

    class SourceStyles(HighlightTheme):
        """Our names in the place of colours."""

        STYLES = TOKENS

    contents = highlight("\n".join(texts), language="python", theme=SourceStyles)
    lines = [_line(content) for content in contents.split("\n", allow_blank=True)]
    return lines + [()] * (len(texts) - len(lines))


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
