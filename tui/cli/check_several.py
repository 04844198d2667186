"""The report of several programs for readers: a line for each, and the details of those that fail."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from .check_table import failure_text, judgement, print_report
from .checked import Checked


def line_of(checked: Checked) -> Text:
    """`mlp.py: ✓ All 9 gradients pass.`"""
    path, error, report = checked.path, checked.target.error, checked.report
    if error is not None:
        place = path if error.line is None else f"{path}:{error.line}"
        hint = f". {error.hint}" if error.hint else ""
        return Text.assemble((f"{place}: ", "bold"), ("✗ ", "red"), f"{error.message}{hint}")
    if report is None:
        return Text.assemble((f"{path}: ", "bold"), (f"skipped: {checked.target.skipped}", "dim"))
    if report.failure is not None:
        place = path if report.failure.line is None else f"{path}:{report.failure.line}"
        return Text.assemble((f"{place}: ", "bold"), ("✗ ", "red"), report.failure.words)
    return Text.assemble((f"{path}: ", "bold"), judgement(report))


def print_details(every: Sequence[Checked], console: Console) -> None:
    """What each program that fails would have printed alone, then how many there are of which kind."""
    for checked in every:
        if checked.report is None or not checked.exit_code:
            continue
        console.print(Text(f"\n{checked.path}", "bold"), soft_wrap=True)
        print_report(checked.report, console)
        if checked.report.failure is not None:
            console.print(failure_text(checked.report.failure, checked.path), soft_wrap=True)
    console.print(Text(f"\n{_counted(every)}"), soft_wrap=True)


def _counted(every: Sequence[Checked]) -> str:
    """`3 programs: 2 pass, 1 fails; 4 files skipped.`"""
    codes = [checked.exit_code for checked in every if not checked.target.skipped]
    skipped = len(every) - len(codes)
    words = (("passes", "pass"), ("fails", "fail"), ("cannot run", "cannot run"))
    counts = [(codes.count(code), words[code]) for code in range(3)]
    kinds = [f"{count} {word[count > 1]}" for count, word in counts if count]
    programs = f"{len(codes)} program{'' if len(codes) == 1 else 's'}: {', '.join(kinds)}"
    return programs + (f"; {skipped} file{'' if skipped == 1 else 's'} skipped." if skipped else ".")
