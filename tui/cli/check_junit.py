"""The report of a check as the XML that CI systems read: a suite a program, a case a gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from .check_github import place_of, words_of
from .checked import Checked

if TYPE_CHECKING:
    from ...engine.judging.report import Report


def junit(every: Sequence[Checked]) -> str:
    """The XML of all programs."""
    suites = ElementTree.Element("testsuites", name="backprop-tui")
    for checked in every:
        suites.append(_suite(checked))
    for count in ("tests", "failures", "errors", "skipped"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True)


def _suite(checked: Checked) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=_clean(checked.path))
    if reason := checked.target.skipped:
        ElementTree.SubElement(_case(suite, checked.path, "program"), "skipped", message=_clean(reason))
    if (error := checked.target.error) is not None:
        _ended(suite, checked.path, error.line, "ProgramError", error.message)
    if checked.report is not None:
        _gradients(suite, checked.path, checked.report)
    suite.set("tests", str(len(suite)))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    return suite


def _gradients(suite: ElementTree.Element, path: str, report: Report) -> None:
    failing = frozenset(gradient.name for gradient in report.failing)
    for gradient in report.gradients:
        case = _case(suite, path, gradient.name, gradient.line)
        if gradient.name in failing:
            words, place = _clean(words_of(gradient)), place_of(gradient)
            failure = ElementTree.SubElement(case, "failure", message=words, type=gradient.verdict.value)
            failure.text = _clean(path if place is None else f"{path}:{place}")
    if report.failure is not None:
        _ended(suite, path, report.failure.line, report.failure.type, report.failure.words)
    elif report.is_lost:
        _ended(suite, path, None, "NotFinite", "the loss is not finite")


def _ended(suite: ElementTree.Element, path: str, line: int | None, kind: str, message: str) -> None:
    error = ElementTree.SubElement(_case(suite, path, "program", line), "error", message=_clean(message))
    error.set("type", kind)


def _case(suite: ElementTree.Element, path: str, name: str, line: int | None = None) -> ElementTree.Element:
    where = {} if line is None else {"line": str(line)}
    return ElementTree.SubElement(
        suite, "testcase", {"name": _clean(name), "classname": _clean(path), "file": _clean(path), **where}
    )


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 has no place for."""
    return "".join(sign if sign in "\t\n\r" or (sign >= " " and sign not in "￾￿") else "?" for sign in text)
