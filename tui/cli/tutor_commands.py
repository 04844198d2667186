"""The commands `write`, `explain` and `hint`: what a gradient ought to be, more or less of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, NamedTuple

from cyclopts import Parameter
from rich.text import Text

from ...engine.program.did_you_mean import nearest
from .interrupts import interrupted_by_user_alone
from .options import AS_FOUND, Flag, Level, Reading, Seed, load_at
from .saving import destination
from .streams import PlainConsole, prints_on_stderr, write_line
from .usage_errors import Refusal

if TYPE_CHECKING:
    from ...engine.program.program import Program
    from ...engine.tutor.answer import Told
    from ...engine.tutor.study import Study
    from ...engine.tutor.writing import Written

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
    written = _written(loaded, program, missing=missing, seed=seed)
    if place is None:
        write_line(written.text.rstrip("\n"))
    else:
        place.save(written.text, loaded.source)
    for name, reason in written.unwritten.items():
        _say_aside(f"{name} could not be written: {reason}.")
    return SOME_UNWRITTEN if written.unwritten else 0


def _written(loaded: Program, program: str, *, missing: bool, seed: int) -> Written:
    from ...engine.tutor import writing
    from ...engine.tutor.study import CannotStudy

    try:
        with interrupted_by_user_alone(), prints_on_stderr():
            return writing.write(loaded, missing=missing, seed=seed)
    except CannotStudy as problem:
        raise _refusal(problem, program) from None


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
    from ...engine.tutor import explanation as explaining
    from ...engine.tutor import wording

    study = _study(program, reading, seed)
    names = list(study.derivation.gradients) if tensor is None else [_tensor(study, tensor)]
    for position, name in enumerate(names):
        if position:
            write_line("")
        said = explaining.explain(study.program, study.iteration, study.derivation, name)
        _print(wording.explanation_lines(said))
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
    from ...engine.tutor import hints, wording

    study = _study(program, reading, seed)
    name = _tensor(study, tensor)
    gradient = study.derivation.gradients[name].name
    if right := wording.right_already(gradient, study.judgement(name)):
        _print(right)
        return 0
    lines = hints.hint(study.program, study.by_convention, name, level)
    _print(wording.hint_lines(gradient, level, lines))
    return 0


def _study(program: str, reading: Reading, seed: int) -> Study:
    from ...engine.tutor.study import CannotStudy, study

    try:
        with interrupted_by_user_alone(), prints_on_stderr():
            return study(load_at(program, reading), seed)
    except CannotStudy as problem:
        raise _refusal(problem, program) from None


def _refusal(problem: Exception, program: str) -> Refusal:
    failure = getattr(problem, "failure", None)
    if failure is None:
        return Refusal(f"{program}: {problem}.")
    place = f"line {failure.line}: " if failure.line else ""
    kind = "" if failure.type == "ProgramFault" else f"{failure.type}: "
    return Refusal(f"{program}: {problem}: {place}{kind}{failure.message}")


def _tensor(study: Study, word: str) -> str:
    """The tensor that a word means, with or without the d of its gradient."""
    names = study.derivation.gradients
    if word in names:
        return word
    tensor = study.program.naming.tensor(word)
    if tensor in names:
        return tensor
    near = nearest(word, names) or nearest(tensor, names)
    guess = f"did you mean {near}?" if near else f"there are: {', '.join(names)}."
    raise Refusal(f"There is no tensor {word} whose gradient could be asked for; {guess}")


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
