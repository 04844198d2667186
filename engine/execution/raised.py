"""Why a program stopped, by the exception that it raised or that we ran into; with the user's own lines."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten
from types import TracebackType

from ..program.around import HIDDEN
from ..program.frame import in_one_call
from ..program.printable import printable
from ..program.program import Program
from ..tensors.inert import is_a, name_of_type, trace_of
from .cancel import Cancelled
from .failure import Failure, ProgramFault
from .missing_files import made_up
from .own_frames import LONGEST, files_of, own_line, own_lines
from .replaced import replaced


def failure_of(error: BaseException, program: Program, section: str) -> Failure:
    """Where and why the program stopped. `line` is that of the section's own statement."""
    line = own_line(trace_of(error), program)
    if is_a(error, ProgramFault):
        section, line = _place_of(error, program, section, line)
    elif line is None and is_a(error, SyntaxError):
        line = error.lineno  # of what Python refuses where it compiles
    elif is_a(error, NameError) and HIDDEN in str(error.name):
        return Failure(
            section, line, ProgramFault.__name__, "the line takes away names that backprop-tui needs"
        )
    elif line is None and (sabotage := _sabotage(program)) is not None:
        return sabotage
    absent = made_up(program, line) if is_a(error, FileNotFoundError) else ""
    return Failure(
        section=section,
        line=line,
        type=name_of_type(error),
        message=_message(error) + absent,
        traceback=tuple(map(printable, own_lines(trace_of(error), program))),
    )


def has_line(error: BaseException, program: Program) -> bool:
    """Whether a line of the program raised it."""
    return own_line(trace_of(error), program) is not None


def fault_of_program(error: BaseException, program: Program) -> Failure | None:
    """What a program did that raised while we looked at it: its own code, or it broke what we work with."""
    line = own_line(trace_of(error), program)
    if line is not None:
        return failure_of(error, program, program.section_at(line))
    return _sabotage(program)


def _sabotage(program: Program) -> Failure | None:
    found = replaced(program)
    if found is None:
        return None
    words, line = found
    message = f"{words}, which backprop-tui works with itself"
    return Failure(program.section_at(line), line, ProgramFault.__name__, message)


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
    return words if isinstance(error, ProgramFault) else f"{name_of_type(error)}: {words}"


def _message(error: BaseException) -> str:
    """What an exception says of itself; its name where it says nothing, or where that raises."""
    if is_a(error, Cancelled):
        return "stopped"
    if is_a(error, RecursionError):
        return "the program calls itself without end"
    try:
        words = _words(error)
    except BaseException:
        words = ""
    return printable(in_one_call(words[:LONGEST])) or name_of_type(error)


def _words(error: BaseException) -> str:
    if not is_a(error, SystemExit):
        return str.strip(str(error))
    if _parses_arguments(trace_of(error)):
        return "the program asks for arguments on the command line: give them defaults"
    return f"the program called sys.exit({error.code!r})"


def _parses_arguments(trace: TracebackType | None) -> bool:
    return any(Path(file).name == "argparse.py" for file in files_of(trace))
