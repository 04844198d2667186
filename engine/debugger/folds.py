"""Lines of the program that are folded away, and the rows in which the others stand."""

from __future__ import annotations

Folds = tuple[tuple[int, int], ...]
"""The first and the last line of each stretch that is folded away, in order."""


def row_of(folds: Folds, line: int) -> int:
    """The row of a line, from 1 on; of one that is folded away that of the line before."""
    return line - sum(min(last, line) - first + 1 for first, last in folds if first <= line)


def line_of(folds: Folds, row: int) -> int:
    """The line in a row."""
    line = row
    for first, last in folds:
        if first <= line:
            line += last - first + 1
    return line
