"""Lines that say of themselves that they are no gradient on purpose: `# deliberate: why` at their end."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Mapping

from .program import Program

_MARK = re.compile(r"#\s*deliberate\s*:\s*(?P<why>.*)")


def deliberate_lines(program: Program) -> Mapping[int, str]:
    """By the number of a marked line, why; "" where no reason is given. A mark in a string is none."""
    text = "\n".join(program.lines)
    if "deliberate" not in text:
        return {}
    marks = ((token.start[0], _MARK.match(token.string)) for token in _comments(text))
    return {line: mark["why"].strip() for line, mark in marks if mark is not None}


def _comments(text: str) -> list[tokenize.TokenInfo]:
    """The comments of a text, as far as it can be read: what is told in markdown cells are comments too."""
    comments = list[tokenize.TokenInfo]()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                comments.append(token)
    except (tokenize.TokenError, SyntaxError):
        return comments
    return comments
