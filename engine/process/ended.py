"""How a process ended that nobody asked to, in words, with the line of the program that did it."""

from __future__ import annotations

import signal
from contextlib import suppress

from ..debugger.jobs import AT_EXPRESSION
from ..execution.failure import ENDED, Failure
from ..program.program import Program
from .last_words import line_in, place_in

EXPRESSION = "expression"
"""Where it was, if what somebody typed beside the program ended it."""
_WORDS = {
    "SIGSEGV": "a segmentation fault",
    "SIGBUS": "a bus error",
    "SIGABRT": "aborted",
    "SIGFPE": "an arithmetic error",
    "SIGILL": "an illegal instruction",
    "SIGKILL": "killed, as systems do when memory runs out",
}


def failure_of_end(program: Program, status: int, words: str, busy: str) -> Failure:
    """What a process left that ended with this status (negative: by a signal).

    `words` are tracebacks as faulthandler writes them; without any, `busy` is where it was seen last.
    """
    if place_in(words, program) == AT_EXPRESSION:
        return Failure(EXPRESSION, None, ENDED, f"{AT_EXPRESSION} ended the program's process: {how(status)}")
    line = line_in(words, program)
    if line is not None:
        message = f"line {line} ended the program: {how(status)}"
        return Failure(program.section_at(line), line, ENDED, message)
    place = f" in {busy}" if busy else ""
    return Failure("program", None, ENDED, f"the program's process ended{place}: {how(status)}")


def killed(busy: str) -> Failure:
    """What did not stop, at this place, and was ended with its process because the reader said so."""
    section, _, line = busy.partition(", line ")
    number = int(line) if line.isdigit() else None
    return Failure(section or "program", number, ENDED, f"{busy or 'the program'} did not stop and was ended")


def how(status: int) -> str:
    """`exit 3`; `SIGSEGV, a segmentation fault`."""
    if status >= 0:
        return f"exit {status}"
    name = f"signal {-status}"
    with suppress(ValueError):
        name = signal.Signals(-status).name
    return ", ".join(filter(None, (name, _WORDS.get(name))))
