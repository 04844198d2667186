"""The command `check`: programs trained without a screen, their gradients judged and reported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.text import Text

from ...engine.execution.failure import Failure
from ...engine.judging.report import unfinished
from ...engine.process.apart import done_apart
from ...engine.process.tasks import Check
from ...engine.program.program_text import text_of
from .checked import Checked
from .open_screen import FIRST
from .options import AS_FOUND, Count, Flag, NotNegative, Reading, Seed
from .plain_console import PlainConsole
from .streams import write_line
from .targets import Target, are_several, targets_of
from .usage_errors import Refusal

if TYPE_CHECKING:
    from ...engine.judging.report import Report
    from ...engine.program.found import Found
    from ...engine.program.program import Program

EPILOGUE = """Exit code: 0 all gradients pass, 1 some gradient is wrong or missing, 2 it cannot run.
Of several programs it is the highest.

Of a folder, the files with titles or with handwritten gradients are checked, the others listed as skipped.

Examples:

    backprop-tui check
    backprop-tui check my_program.py --iterations 1000
    backprop-tui check my_program.py --json > report.json
    backprop-tui check solutions/ --format junit > report.xml
    backprop-tui check - < my_program.py
"""


@dataclass(frozen=True)
class Tolerance:
    """When `approximate`, in the JSON object, holds: torch's `allclose`."""

    rtol: NotNegative = 1e-5
    "Relative tolerance of `approximate`."
    atol: NotNegative = 1e-8
    "Absolute tolerance of `approximate`."


_ALLCLOSE = Tolerance()


@dataclass(frozen=True)
class _Judging:
    """How a program is trained and judged."""

    iterations: int
    seed: int
    tolerance: Tolerance
    strict: bool


def check(
    *programs: str,
    iterations: Count = 1,
    format: Literal["text", "json", "github", "junit"] = "text",
    json: Flag = False,
    strict: Flag = False,
    tolerance: Annotated[Tolerance, Parameter(name="*")] = _ALLCLOSE,
    reading: Annotated[Reading, Parameter(name="*")] = AS_FOUND,
    seed: Seed = 0,
) -> int:
    """Train without a screen and judge every handwritten gradient.

    Parameters
    ----------
    programs
        Files, folders, names of bundled programs, or - for standard input.
    iterations
        How many to train, with the handwritten gradients; the last one is judged.
    format
        text for readers; json; github: annotations at their lines; junit: XML that CI systems read.
    json
        The same as --format json.
    strict
        Fail what is leaning, scaled or part, too.
    seed
        Seeds torch, random and numpy.
    """
    names = programs or (FIRST,)
    kind = "json" if json else format
    judging = _Judging(iterations, seed, tolerance, strict)
    if kind == "text" and not are_several(names):
        return _alone(names[0], reading, judging)
    every = []
    for target in targets_of(names, reading):
        every.append(_checked(target, judging))
        _say_of_one(every[-1], kind)
    _require_any(every, names)
    _say_of_all(every, kind, judging, several=are_several(names))
    return max(checked.exit_code for checked in every)


def _alone(name: str, reading: Reading, judging: _Judging) -> int:
    """One program, with all there is to say of it."""
    from .check_table import failure_text, print_report

    (target,) = targets_of([name], reading)
    if target.error is not None:
        raise target.error
    assert target.program is not None
    if target.program.found is not None:
        _say_found(target.program.found)
    report = _report(target.program, judging)
    print_report(report, PlainConsole(sys.stdout))
    if report.failure is not None:
        PlainConsole(sys.stderr).print(failure_text(report.failure, name), soft_wrap=True)
    return report.exit_code


def _checked(target: Target, judging: _Judging) -> Checked:
    return Checked(target, _report(target.program, judging) if target.program is not None else None)


def _report(program: Program, judging: _Judging) -> Report:
    tolerance = judging.tolerance
    task = Check(
        text_of(program), judging.iterations, judging.seed, tolerance.rtol, tolerance.atol, judging.strict
    )
    done: Report | Failure = done_apart(task, program)
    if isinstance(done, Failure):
        return unfinished(program, judging.seed, done, strict=judging.strict)
    return done


def _say_of_one(checked: Checked, kind: str) -> None:
    """What can be said at once; of a program that stopped, also to whoever does not read the report."""
    from .check_github import annotations_of
    from .check_several import line_of
    from .check_table import failure_text

    if kind == "text":
        PlainConsole(sys.stdout).print(line_of(checked), soft_wrap=True)
        sys.stdout.flush()
        return
    if kind == "github":
        for annotation in annotations_of(checked):
            write_line(annotation)
    if checked.target.error is not None:
        PlainConsole(sys.stderr).print(Text(str(checked.target.error)), soft_wrap=True)
    elif checked.report is not None and checked.report.failure is not None:
        PlainConsole(sys.stderr).print(failure_text(checked.report.failure, checked.path), soft_wrap=True)


def _say_of_all(every: Sequence[Checked], kind: str, judging: _Judging, *, several: bool) -> None:
    if kind == "text":
        from .check_several import print_details

        print_details(every, PlainConsole(sys.stdout))
    elif kind == "junit":
        from .check_junit import junit

        write_line(junit(every))
    elif kind == "json":
        from .check_json import in_one_line, json_of

        told = [json_of(one, judging.seed, strict=judging.strict) for one in every if not one.target.skipped]
        write_line(in_one_line([*told] if several else told[0]))


def _require_any(every: Sequence[Checked], names: Sequence[str]) -> None:
    """That not all that was found in folders was left out.

    Raises:
        Refusal: it was.
    """
    if all(checked.target.skipped for checked in every):
        files = f"{len(every)} file{'' if len(every) == 1 else 's'}"
        raise Refusal(
            f"There is no program in {', '.join(names)}: {files} looked at, none with titles or handwritten "
            "gradients."
        )


def _say_found(found: Found) -> None:
    """Before the program runs, which may never end."""
    console = PlainConsole(sys.stdout)
    console.print(Text(found.words, "dim"), soft_wrap=True)
    console.print()
    sys.stdout.flush()
