"""The command line: the screen by default, and other commands without one.

Torch and textual are imported only by the commands that need them.
"""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter
from rich.text import Text

from ... import __version__
from . import tutor_commands as studies
from .check_command import EPILOGUE, check
from .open_screen import FIRST, open_screen
from .options import AS_FOUND, Flag, Reading, Seed, load_at
from .plain_console import PlainConsole
from .saving import destination
from .streams import write_line
from .targets import STANDARD_INPUT
from .usage_errors import Refusal, as_argument, usage_error

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


@app.default
def step(
    program: str = FIRST,
    /,
    *,
    seed: Seed = 0,
    theme: str | None = None,
    no_mouse: Flag = False,
    resume: Flag = False,
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
    resume
        Go on where the screen was left, with the lines that each iteration ran with.
    """
    return open_screen(
        program,
        seed=seed,
        theme=theme,
        mouse=not no_mouse,
        choice=reading.choice,
        gradient=reading.gradient or "",
        resume=resume,
    )


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


app.register_install_completion_command(help="Let the shell complete commands and options.")
app.command(check, help_epilogue=EPILOGUE)
for _command in studies.COMMANDS:
    app.command(_command.run, help_epilogue=_command.epilogue)


def obey(words: list[str]) -> int:
    """Run one command line and return its exit code.

    Raises:
        Refusal: it cannot be understood or done; ProgramError: the program cannot be read.
    """
    try:
        code = app(_input_last(words), print_error=False, exit_on_error=False, result_action="return_value")
    except CycloptsError as error:
        raise Refusal(usage_error(error, words)) from None
    return code or 0


def _input_last(words: list[str]) -> list[str]:
    """A lone hyphen, which is standard input, behind all options: else it is taken for one."""
    if STANDARD_INPUT not in words or "--" in words:
        return words
    return [*(word for word in words if word != STANDARD_INPUT), "--", STANDARD_INPUT]


def _say(sentence: str) -> None:
    PlainConsole(sys.stdout).print(Text(sentence), soft_wrap=True)
