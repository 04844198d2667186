"""Where the program is, or was when its process ended: told below Python, whatever holds the interpreter."""

from __future__ import annotations

import faulthandler
import os
import re
import signal
from collections.abc import Callable
from typing import Any, NoReturn

from ..debugger.jobs import AT_EXPRESSION
from ..program.around import EXPRESSION
from ..program.program import Program

ASK = signal.SIGURG
"""Asks a child for its whereabouts; a process that does not listen ignores it."""
_FATAL = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGXFSZ", "SIGVTALRM")
_FRAME = re.compile(r'^  File "(.*)", line (\d+) in ', re.MULTILINE)
_STACK = "(most recent call first)"
_LONGEST_NAME = 500
"""Characters of a file's name that faulthandler writes."""


def leave_words(descriptor: int) -> None:
    """From now on an end of this process that no exception tells of leaves a traceback on the descriptor.

    So does ASK while C code holds the interpreter's lock. It may crash a process that runs Python code, since
    that can be between two frames.
    """
    faulthandler.enable(descriptor)
    faulthandler.register(ASK, descriptor, all_threads=False)
    for name in _FATAL:
        faulthandler.register(getattr(signal, name), descriptor, chain=True)
    os._exit = _told(descriptor, os._exit)
    os.abort = _told(descriptor, os.abort)
    os.kill = _kill_told(descriptor, os.kill)


def _told(descriptor: int, end: Callable[..., NoReturn]) -> Callable[..., NoReturn]:
    def told(*arguments: Any, **options: Any) -> NoReturn:
        faulthandler.dump_traceback(descriptor, all_threads=False)
        end(*arguments, **options)

    return told


def _kill_told(descriptor: int, kill: Callable[[int, int], None]) -> Callable[[int, int], None]:
    def told(process: int, number: int, /) -> None:
        if process in (0, os.getpid()) and number == signal.SIGKILL:
            faulthandler.dump_traceback(descriptor, all_threads=False)
        kill(process, number)

    return told


def line_in(words: str, program: Program) -> int | None:
    """The line of a section's own statement that ran, by tracebacks as faulthandler writes them.

    Of several the last counts that passes through a section: the thread that the signal found is last.
    """
    for stack in reversed(words.split(_STACK)):
        line = _line_of(stack, program)
        if line is not None:
            return line
    return None


def _line_of(stack: str, program: Program) -> int | None:
    name = program.filename.encode("ascii", "backslashreplace").decode()[:_LONGEST_NAME]
    lines = [int(line) for file, line in _FRAME.findall(stack) if file.removesuffix("...") == name]
    return next((line for line in reversed(lines) if program.section_at(line)), None)


def place_in(words: str, program: Program) -> str:
    """`forward, line 6`, by such tracebacks; '' where none passes through a section or an expression."""
    if any(file == EXPRESSION for file, _ in _FRAME.findall(words)):
        return AT_EXPRESSION
    line = line_in(words, program)
    return "" if line is None else f"{program.section_at(line)}, line {line}"
