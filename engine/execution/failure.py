"""Why a program stopped: the exception, and the record of it with the user's own lines."""

from __future__ import annotations

import linecache
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from types import TracebackType

from ..program.program import Program
from .cancel import Cancelled
from .missing_files import made_up
from .own_frames import LONGEST, files_of, own_line, own_lines

ENDED = "Ended"
"""The type of the failure of a program whose process is gone."""


@dataclass(frozen=True, eq=False, slots=True)
class Failure:
    """Something went wrong in the program: where, what, and the user's own traceback lines."""

    section: str
    line: int | None
    type: str
    message: str
    traceback: tuple[str, ...] = ()
    misfit: str = ""
    """Why it raised in terms of shapes, where that is the reason."""

    @property
    def exception(self) -> str:
        """The exception's name; '' where it is one of ours, whose message says it all."""
        return "" if self.type in ("ProgramFault", "Cancelled", ENDED) else self.type

    @property
    def cancelled(self) -> bool:
        """Whether the user stopped the program between two statements."""
        return self.type == Cancelled.__name__

    @property
    def words(self) -> str:
        """`RuntimeError: the message`."""
        return ": ".join(filter(None, (self.exception, self.message)))


class ProgramFault(Exception):
    """The program ran, but not to what a training program needs. The message is for its author.

    `name` is the name whose last binding is to blame.
    """

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


def failure_of(error: BaseException, program: Program, section: str) -> Failure:
    """Where and why the program stopped. `line` is that of the section's own statement."""
    line = own_line(error.__traceback__, program)
    if isinstance(error, ProgramFault):
        section, line = _place_of(error, program, section, line)
    absent = made_up(program, line) if isinstance(error, FileNotFoundError) else ""
    return Failure(
        section=section,
        line=line,
        type=type(error).__name__,
        message=_message(error) + absent,
        traceback=own_lines(error.__traceback__, program),
    )


def has_line(error: BaseException, program: Program) -> bool:
    """Whether a line of the program raised it."""
    return own_line(error.__traceback__, program) is not None


def own_mistake(error: BaseException, while_doing: str = "") -> Failure:
    """What went wrong in ourselves, for no program's fault."""
    message = f"{while_doing}{type(error).__name__}: {error}"
    return Failure("engine", None, "mistake of backprop-tui", message)


def _place_of(
    fault: ProgramFault, program: Program, section: str, line: int | None
) -> tuple[str, int | None]:
    """Where the name that is to blame was bound last; where the fault was found, if nothing binds it."""
    kinds = ("parameters",) if section == "parameters" else ("forward", "update")
    writers = [s for s in program.statements if s.section in kinds and fault.name in s.writes]
    return (writers[-1].section, writers[-1].line) if writers else (section, line)


def in_short(error: BaseException) -> str:
    """The type of an exception, unless it is ours, and the first line of its message, for a sentence."""
    first = _message(error).splitlines()[0]
    words = shorten(first, 200, placeholder=" …")
    return words if isinstance(error, ProgramFault) else f"{type(error).__name__}: {words}"


def remember_source(program: Program) -> None:
    """Let tracebacks and `inspect` quote the text that runs, whatever the file says by now."""
    lines = [line + "\n" for line in program.lines]
    linecache.cache[program.filename] = (len(program.text), None, lines, program.filename)


def _message(error: BaseException) -> str:
    if isinstance(error, SystemExit) and _parses_arguments(error.__traceback__):
        return "the program asks for arguments on the command line: give them defaults"
    if isinstance(error, SystemExit):
        return f"the program called sys.exit({error.code!r})"
    if isinstance(error, Cancelled):
        return "stopped"
    if isinstance(error, RecursionError):
        return "the program calls itself without end"
    try:
        return str(error).strip()[:LONGEST] or type(error).__name__
    except Exception:
        return type(error).__name__


def _parses_arguments(trace: TracebackType | None) -> bool:
    return any(Path(file).name == "argparse.py" for file in files_of(trace))
