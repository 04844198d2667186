"""What is wrong with how a hostile program was answered."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from .doors import Doors, Outcome, told
from .programs import Hostile

MORE_SECONDS = 10.0
"""What takes so much longer than the program itself hangs."""

_TOO_MUCH_FOR_ONE_PROCESS = ("ends", "process", "children")
"""Kinds of programs that end or spoil the process that they run in."""
_OURS = re.compile(r'Traceback (.*\n)*?.*File ".*(backprop_tui|/engine/|/tui/)')
_OF_THE_GRAPH = re.compile("grad|leaf|hook|metadata")
"""Words of an exception that is raised where there is no graph: there is one where gradients are judged."""


def complaints(doors: Doors, program: Hostile) -> list[str]:
    """All of them; none is as it should be."""
    bare = doors.send("bare", program.data)
    checked = doors.send("check", program.data, "--json")
    wrong = _of_check(program, checked, bare)
    if told(bare) is not None and program.kind not in _TOO_MUCH_FOR_ONE_PROCESS:
        wrong += _of_walk(doors.send("walk", program.data))
    return wrong


def _of_walk(walked: Outcome) -> list[str]:
    """On the screen a program runs in a process of its own; here, where both share one, none ends it."""
    answer = told(walked)
    if walked.status is None:
        return ["the walk never ended"]
    return [f"the walk broke: {walked.err[-600:]}"] if answer is None else answer["wrong"]


def _of_check(program: Hostile, checked: Outcome, bare: Outcome) -> list[str]:
    if checked.status is None:
        return ["the check never ended"]
    wrong = []
    if checked.seconds > bare.seconds + MORE_SECONDS:
        wrong.append(f"the check took {checked.seconds:.1f} s, the program {bare.seconds:.1f} s")
    report = told(checked)
    if not isinstance(report, dict):
        return [*wrong, f"no JSON: exit {checked.status}, {checked.out[:300]!r}, {checked.err[-500:]!r}"]
    wrong += _of_exit_code(checked.status, report)
    wrong += _of_sentence(report, program.data)
    wrong += _of_agreement(report, told(bare), bare.status)
    for text in (checked.err, *_texts(report)):
        if _OURS.search(text):
            wrong.append(f"a traceback of ours: {text[-700:]}")
    return wrong


def _of_exit_code(status: int, report: dict[str, Any]) -> list[str]:
    expected = (2,) if report["error"] is not None else (0, 1)
    return [] if status in expected else [f"exit {status} for error {report['error']}"]


def _of_sentence(report: dict[str, Any], data: bytes) -> list[str]:
    texts = _texts(report)
    wrong = [f"unprintable: {text[:200]!r}" for text in texts if _unprintable(text)]
    error = report["error"]
    if error is None:
        return wrong
    if error["type"] == "mistake of backprop-tui" or not error["message"].strip():
        wrong.append(f"told as ours: {error}")
    lines = len(re.split(rb"\r\n|\r|\n", data))
    if error["line"] is not None and not 1 <= error["line"] <= lines:
        wrong.append(f"no such line: {error}")
    return wrong


def _of_agreement(report: dict[str, Any], bare: Any, status: int | None) -> list[str]:
    """The bare program says what is the program's own fault, and on which line."""
    error = report["error"]
    if bare is None:
        return [] if error is not None else [f"the bare program ended with {status}, and nothing was said"]
    if bare["raised"] is None:
        return []
    if error is None:
        return [] if _is_let_pass(report, bare) else [f"bare it raises {bare}, and nothing was said"]
    elsewhere = bare["lines"] and error["line"] not in bare["lines"]
    if elsewhere and error["type"] == bare["raised"] and not _OF_THE_GRAPH.search(error["message"]):
        return [f"line {error['line']} instead of {bare['lines']}: {error}"]
    return []


def _is_let_pass(report: dict[str, Any], bare: Any) -> bool:
    """A gradient that is not written yet is no error; what is too deep for Python need not be for us."""
    unwritten = any(gradient["verdict"] == "not_written" for gradient in report["gradients"])
    too_deep = "recursion depth exceeded during compilation" in bare["words"]
    return unwritten or too_deep or _OF_THE_GRAPH.search(bare["words"]) is not None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


def _unprintable(text: str) -> bool:
    return any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text)
