"""The command line: the screen by default, and `check`, `new` and `list` without one.

Torch and textual are imported only by the commands that need them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, CycloptsError, Parameter
from rich.text import Text

from ... import __version__
from ...engine.execution.failure import Failure
from ...engine.judging.report import unfinished
from ...engine.process.apart import done_apart
from ...engine.process.tasks import Check
from ...engine.program.program_text import text_of
from . import tutor_commands as studies
from .open_screen import FIRST, open_screen
from .options import AS_FOUND, Count, Flag, NotNegative, Reading, Seed, load_at
from .plain_console import PlainConsole
from .saving import destination
from .streams import write_line
from .usage_errors import Refusal, as_argument, usage_error

if TYPE_CHECKING:
    from ...engine.judging.report import Report
    from ...engine.program.found import Found
    from ...engine.program.program import Program

app = App(
    name="backprop-tui",
    version=f"backprop-tui {__version__}",
    help="Step a handwritten backward pass through the terminal, every gradient judged against autograd.",
    usage="Usage: backprop-tui [OPTIONS] [PROGRAM]\n       backprop-tui COMMAND [OPTIONS] [ARGS]",
    help_format="plaintext",
    group_parameters="Options",
    help_epilogue="""Examples:

    backprop-tui                             the linear regression
    backprop-tui my_program.py               your own program
    backprop-tui check my_program.py         the gradients, without a screen
    backprop-tui check my_program.py --json  the same for machines
    backprop-tui new my_program.py           a program to start from
    backprop-tui ./check                     a file called like a command
""",
    suppress_keyboard_interrupt=False,
)


@dataclass(frozen=True)
class Tolerance:
    """When `approximate`, in the JSON object, holds: torch's `allclose`."""

    rtol: NotNegative = 1e-5
    "Relative tolerance of `approximate`."
    atol: NotNegative = 1e-8
    "Absolute tolerance of `approximate`."


_ALLCLOSE = Tolerance()


@app.default
def step(
    program: str = FIRST,
    /,
    *,
    seed: Seed = 0,
    theme: str | None = None,
    no_mouse: Flag = False,
    reading: Annotated[Reading, Parameter(name="*")] = AS_FOUND,
) -> int:
    """Step a program on the screen.

    Parameters
    ----------
    program
        A file, or the name of a bundled program.
    seed
        Seeds torch, random and numpy.
    theme
        The colours: dark, light, ansi, or one of Textual's.
    no_mouse
        Leave the mouse to the terminal.
    """
    return open_screen(
        program,
        seed=seed,
        theme=theme,
        mouse=not no_mouse,
        choice=reading.choice,
        gradient=reading.gradient or "",
    )


@app.command(
    help_epilogue="""Exit code: 0 all gradients pass, 1 some gradient is wrong or missing, 2 it cannot run.

Examples:

    backprop-tui check
    backprop-tui check my_program.py --iterations 1000
    backprop-tui check my_program.py --json > report.json
"""
)
def check(
    program: str = FIRST,
    /,
    *,
    iterations: Count = 1,
    json: Flag = False,
    strict: Flag = False,
    tolerance: Annotated[Tolerance, Parameter(name="*")] = _ALLCLOSE,
    reading: Annotated[Reading, Parameter(name="*")] = AS_FOUND,
    seed: Seed = 0,
) -> int:
    """Train without a screen and judge every handwritten gradient.

    Parameters
    ----------
    program
        A file, or the name of a bundled program.
    iterations
        How many to train, with the handwritten gradients; the last one is judged.
    json
        Print one JSON object instead of the table.
    strict
        Fail what is leaning, scaled or part, too.
    seed
        Seeds torch, random and numpy.
    """

    loaded = (
        _load_or_say_in_json(program, reading, seed=seed, strict=strict)
        if json
        else load_at(program, reading)
    )
    if loaded.found is not None and not json:
        _say_found(loaded.found)
    task = Check(text_of(loaded), iterations, seed, tolerance.rtol, tolerance.atol, strict)
    done = done_apart(task, loaded)
    report = unfinished(loaded, seed, done, strict=strict) if isinstance(done, Failure) else done
    _show(report, program, json)
    return report.exit_code


@app.command(
    help_epilogue="""Examples:

    backprop-tui new my_program.py
    backprop-tui new mine.py --from batchnorm_mlp
"""
)
def new(file: str, /, *, bundled: Annotated[str, Parameter(name="--from")] = FIRST) -> int:
    """Write a program to start from.

    Parameters
    ----------
    file
        Where to; a file that exists is never overwritten.
    bundled
        The bundled program that is copied.
    """
    from ...engine.program.library import starter

    destination(file, "choose another name").save(starter(bundled))
    name = as_argument(file)
    _say(f"Wrote {file}. Step it with `backprop-tui {name}`, judge it with `backprop-tui check {name}`.")
    return 0


@app.command(
    help_epilogue="Example:\n\n    backprop-tui convert script.py -o titled.py\n",
)
def convert(
    program: str,
    /,
    *,
    output: Annotated[str | None, Parameter(name=["--output", "-o"])] = None,
    reading: Annotated[Reading, Parameter(name="*")] = AS_FOUND,
) -> int:
    """Write titles into a copy of a plain file, where its sections were found to begin.

    Parameters
    ----------
    program
        A script or a notebook without titles.
    output
        The file to write; without it the program is printed.
    """
    from ...engine.program.convert import with_titles

    place = destination(output, "choose another name") if output is not None else None
    loaded = load_at(program, reading)
    text = with_titles(loaded)
    if place is None:
        write_line(text.rstrip("\n"))
    else:
        place.save(text, loaded.source)
    return 0


@app.command(name="list", help_epilogue="")
def list_programs() -> int:
    """List the bundled programs."""
    from ...engine.program.library import bundled

    programs = bundled()
    width = max(len(program.name) for program in programs)
    for program in programs:
        _say(f"{program.name:<{width}}  {program.summary}")
    return 0


for _command in studies.COMMANDS:
    app.command(_command.run, help_epilogue=_command.epilogue)


def obey(words: list[str]) -> int:
    """Run one command line and return its exit code.

    Raises:
        Refusal: it cannot be understood or done; ProgramError: the program cannot be read.
    """
    try:
        code = app(words, print_error=False, exit_on_error=False, result_action="return_value")
    except CycloptsError as error:
        raise Refusal(usage_error(error, words)) from None
    return code or 0


def _load_or_say_in_json(target: str, reading: Reading, *, seed: int, strict: bool) -> Program:
    from ...engine.program.program import ProgramError
    from .check_json import error_json

    try:
        return load_at(target, reading)
    except ProgramError as error:
        write_line(error_json(error, target, seed, strict=strict))
        raise


def _show(report: Report, file: str, json: bool) -> None:
    from .check_json import report_json
    from .check_table import failure_text, print_report

    if json:
        write_line(report_json(report))
    else:
        print_report(report, PlainConsole(sys.stdout))
    if report.failure is not None:
        PlainConsole(sys.stderr).print(failure_text(report.failure, file), soft_wrap=True)


def _say_found(found: Found) -> None:
    """Before the program runs, which may never end."""
    console = PlainConsole(sys.stdout)
    console.print(Text(found.words, "dim"), soft_wrap=True)
    console.print()
    sys.stdout.flush()


def _say(sentence: str) -> None:
    PlainConsole(sys.stdout).print(Text(sentence), soft_wrap=True)
