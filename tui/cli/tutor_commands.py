"""The commands `practice`, `write`, `explain` and `hint`: what a gradient ought to be, more or less of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from cyclopts import Parameter
from rich.text import Text

from ...engine.execution.failure import ENDED, Failure
from ...engine.process.apart import done_apart
from ...engine.process.messages import Task
from ...engine.process.tasks import Blank, CannotBeDone, Explain, Hint, NoTensor, Write
from ...engine.program.did_you_mean import nearest
from ...engine.program.program_text import text_of
from ...engine.tutor.answer import PRACTICE, Told, Written
from .open_screen import open_screen, require_screen
from .options import AS_FOUND, Flag, Level, Reading, Seed, load_at
from .plain_console import PlainConsole
from .saving import destination
from .streams import write_line
from .usage_errors import Refusal

if TYPE_CHECKING:
    from ...engine.program.program import Program

SOME_UNWRITTEN = 1


def write(
    program: str,
    /,
    *,
    output: Annotated[str | None, Parameter(name=["--output", "-o"])] = None,
    missing: Flag = False,
    force: Flag = False,
    reading: Annotated[Reading, Parameter(name="*")] = AS_FOUND,
    seed: Seed = 0,
) -> int:
    """Write the handwritten gradients of a program, every one confirmed.

    Parameters
    ----------
    program
        A file, or the name of a bundled program.
    output
        The file to write; without it the program is printed.
    missing
        Leave what is written as it is, and write only the gradients that are not.
    force
        Overwrite the file if it exists.
    seed
        Seeds torch, random and numpy.
    """
    hint = "choose another name, or add --force"
    place = destination(output, hint, force=force) if output is not None else None
    loaded = load_at(program, reading)
    written: Written = _done(Write(text_of(loaded), missing, seed), loaded, program)
    if place is None:
        write_line(written.text.rstrip("\n"))
    else:
        place.save(written.text, loaded.source)
    if written.convention:
        _say_aside(f"{written.convention}.")
    for name, reason in written.unwritten.items():
        _say_aside(f"{name} could not be written: {reason}.")
    return SOME_UNWRITTEN if written.unwritten else 0


def practice(
    program: str,
    /,
    *,
    theme: str | None = None,
    no_mouse: Flag = False,
    reading: Annotated[Reading, Parameter(name="*")] = AS_FOUND,
    seed: Seed = 0,
) -> int:
    """Practise: step a copy of a program in which every gradient is to be written.

    Parameters
    ----------
    program
        A file, or the name of a bundled program, whose gradients pass.
    theme
        The colours: dark, light, ansi, or one of Textual's.
    no_mouse
        Leave the mouse to the terminal.
    seed
        Seeds torch, random and numpy.
    """
    require_screen()
    loaded = load_at(program, reading)
    place = Path(f"{loaded.name}{PRACTICE}.py")
    if os.path.lexists(place):
        told = f"Going on with {place}, which was here already."
    else:
        made = _done(Blank(text_of(loaded), place, seed), loaded, program)
        destination(str(place), "start again").save(made.text)
        told = f"{place}: {made.gradients} gradients to be written. h gives a hint, e opens an editor."
    return open_screen(str(place), seed=seed, theme=theme, mouse=not no_mouse, told=told, begun=True)


def explain(
    program: str,
    tensor: str | None = None,
    /,
    *,
    reading: Annotated[Reading, Parameter(name="*")] = AS_FOUND,
    seed: Seed = 0,
) -> int:
    """Explain how a gradient comes about: who uses the tensor, by which rule, with numbers.

    Parameters
    ----------
    program
        A file, or the name of a bundled program.
    tensor
        The tensor, or its gradient; without it, every one.
    seed
        Seeds torch, random and numpy.
    """
    loaded = load_at(program, reading)
    told = _done(Explain(text_of(loaded), tensor, seed), loaded, program, tensor)
    for position, lines in enumerate(told):
        if position:
            write_line("")
        _print(lines)
    return 0


def hint(
    program: str,
    tensor: str,
    /,
    *,
    level: Level = 1,
    reading: Annotated[Reading, Parameter(name="*")] = AS_FOUND,
    seed: Seed = 0,
) -> int:
    """Give a hint for a gradient that is not right yet.

    Parameters
    ----------
    program
        A file, or the name of a bundled program.
    tensor
        The tensor, or its gradient.
    level
        1 who uses it, 2 the rules, 3 shapes and sums, 4 the line with a blank, 5 the line.
    seed
        Seeds torch, random and numpy.
    """
    loaded = load_at(program, reading)
    _print(_done(Hint(text_of(loaded), tensor, level, seed), loaded, program, tensor))
    return 0


def _done(task: Task, loaded: Program, program: str, word: str | None = None) -> Any:
    """What the task gives.

    Raises:
        Refusal: it cannot be done.
    """
    done = done_apart(task, loaded)
    match done:
        case Failure():
            raise _refusal("the program does not run", done, program)
        case CannotBeDone(words, failure):
            raise _refusal(words, failure, program)
        case NoTensor():
            raise _no_tensor(word or "", done)
    return done


def _refusal(words: str, failure: Failure | None, program: str) -> Refusal:
    if failure is None:
        return Refusal(f"{program}: {words}.")
    place = f"line {failure.line}: " if failure.line and failure.type != ENDED else ""
    return Refusal(f"{program}: {words}: {place}{failure.words}")


def _no_tensor(word: str, none: NoTensor) -> Refusal:
    near = nearest(word, none.names) or nearest(none.tensor, none.names)
    guess = f"did you mean {near}?" if near else f"there are: {', '.join(none.names)}."
    return Refusal(f"There is no tensor {word} whose gradient could be asked for; {guess}")


STYLES = {"head": "bold", "plain": "", "strong": "bold", "quiet": "dim"}


def _print(told: Iterable[Told]) -> None:
    console = PlainConsole(sys.stdout)
    for line in told:
        console.print(Text(line.text, style=STYLES[line.tone]), soft_wrap=True)


def _say_aside(sentence: str) -> None:
    PlainConsole(sys.stderr).print(Text(sentence), soft_wrap=True)


class Command(NamedTuple):
    """A command of the command line, with what its help says at the end."""

    run: Callable[..., int]
    epilogue: str


COMMANDS = (
    Command(
        practice,
        """The copy is NAME_practice.py in this folder; one that is there is gone on with.

Examples:

    backprop-tui practice batchnorm_mlp
    backprop-tui practice my_program.py
""",
    ),
    Command(
        write,
        """Exit code: 0 all are written, 1 some could not be, 2 it cannot run.

Examples:

    backprop-tui write my_program.py
    backprop-tui write my_program.py -o written.py
    backprop-tui write my_program.py --missing -o completed.py
""",
    ),
    Command(
        explain,
        """Examples:

    backprop-tui explain linear_regression W1
    backprop-tui explain my_program.py
""",
    ),
    Command(
        hint,
        """Examples:

    backprop-tui hint my_program.py W1
    backprop-tui hint my_program.py dW1 --level 3
""",
    ),
)
