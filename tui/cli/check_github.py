"""The report of a check as annotations: what stands at which line of which file, for GitHub's Actions.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .checked import Checked

if TYPE_CHECKING:
    from ...engine.judging.report import GradientReport


def annotations_of(checked: Checked) -> Iterator[str]:
    """One line for each gradient that does not pass, and for what stopped the program."""
    error, report = checked.target.error, checked.report
    if error is not None:
        message = f"{error.message}. {error.hint}" if error.hint else error.message
        yield _annotation(checked.path, error.line, "cannot be read", message)
    if report is None:
        return
    if report.failure is not None:
        yield _annotation(checked.path, report.failure.line, "cannot run", report.failure.words)
    for gradient in report.failing:
        yield _annotation(checked.path, place_of(gradient), gradient.name, words_of(gradient))


def place_of(gradient: GradientReport) -> int | None:
    """The line to look at: that of the slip where it is known."""
    return gradient.accused_lines[0] if gradient.accused_lines else gradient.line


def words_of(gradient: GradientReport) -> str:
    """The verdict in words."""
    return gradient.message or gradient.verdict.value.replace("_", " ")


def _annotation(path: str, line: int | None, title: str, message: str) -> str:
    place = f"file={_property(path)}" + (f",line={line}" if line is not None else "")
    return f"::error {place},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
