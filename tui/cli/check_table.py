"""The report of a check for readers: the table of gradients and the sentences below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...engine.execution.failure import ENDED, Failure
from ...engine.verdict import Verdict
from ..drawing.verdict_signs import SIGNS

if TYPE_CHECKING:
    from ...engine.judging.report import GradientReport, Report
    from ...engine.program.pairing import Unpaired

_STYLES = {"good": "green", "bad": "red", "warn": "yellow", "quiet": "dim"}
_TOLD_ELSEWHERE = {Verdict.EXACT, Verdict.CLOSE, Verdict.RIGHT, Verdict.SCALED, Verdict.NOT_FINITE}
"""Verdicts without a sentence of their own: there is none, or a note tells it once."""
_UNTESTED = (Verdict.NOT_CHECKED, Verdict.NOT_EXERCISED)
_QUALIFIED = (Verdict.LEANING, Verdict.SCALED, Verdict.PART, Verdict.DELIBERATE)
_WRONG = (SIGNS[Verdict.WRONG].mark, "", _STYLES[SIGNS[Verdict.WRONG].style])
_NOTHING = "–"
_FOLDED = 12
_MANY = 4
"""So many unwritten gradients are counted, and not named once more below the table."""


def print_report(report: Report, console: Console) -> None:
    """Table, sentences and conclusion; of a program that failed, whatever was learnt before."""
    known = _known(report)
    if known:
        console.print(_table_for(console, known), crop=False)
    for sentence in _sentences(report, known):
        console.print(sentence, soft_wrap=True)
    if report.failure is None:
        console.print(_conclusion(report), soft_wrap=True)


def failure_text(failure: Failure, file: str) -> Text:
    """What stopped the program, where, and the user's own lines of the traceback."""
    place = file if failure.line is None else f"{file}:{failure.line}"
    text = Text.assemble(("✗ ", "red"), (f"{place}: ", "bold"), _fault(failure))
    for line in failure.traceback:
        text.append(f"\n  {line.rstrip()}", "dim")
    if failure.misfit:
        text.append(f"\n  {failure.misfit}")
    return text


def number(value: float | None) -> str:
    """Four significant digits; a zero is `0.0`, as Python prints it."""
    if value is None:
        return _NOTHING
    text = f"{value:.4g}"
    return text if any(mark in text for mark in ".en") else f"{text}.0"


def _known(report: Report) -> tuple[GradientReport, ...]:
    """What there is to tell. That a failure kept a gradient from being written is no news; `dX = ...` is."""
    if report.failure is None:
        return report.gradients
    return tuple(
        gradient
        for gradient in report.gradients
        if gradient.verdict is not Verdict.NOT_WRITTEN or gradient.line_verdict is not None
    )


def _fault(failure: Failure) -> str:
    """Python's own exceptions by their names; what the engine found wrong says it in words."""
    if failure.type == ENDED:
        return failure.message
    if failure.type == "ProgramFault":
        return f"{failure.section} cannot be used: {failure.message}"
    return f"{failure.section} stopped with {failure.type}: {failure.message}"


def _table(gradients: tuple[GradientReport, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("name", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    for heading in ("maxdiff", "relative"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("shape", no_wrap=True)
    table.add_column("line", justify="right", no_wrap=True)
    for gradient in gradients:
        table.add_row(*_row(gradient))
    return table


def _table_for(console: Console, gradients: tuple[GradientReport, ...]) -> Table:
    """A table that folds long names, and is never narrower than its other columns need."""
    table = _table(gradients)
    natural = console.measure(table, options=console.options.update(max_width=10_000)).maximum
    longest = max(cell_len(gradient.name) for gradient in gradients)
    least = natural - max(longest - _FOLDED, 0)
    if console.width < least:
        table.width = least
    return table


def _row(gradient: GradientReport) -> list[Text]:
    return [
        _sign(gradient.verdict),
        Text(gradient.name),
        Text(_word(gradient), _style(gradient.verdict)),
        Text(number(gradient.maxdiff)),
        Text(number(gradient.relative_error)),
        Text(_shapes(gradient)),
        Text(_NOTHING if gradient.line is None else str(gradient.line)),
    ]


def _sign(verdict: Verdict) -> Text:
    sign = SIGNS[verdict]
    return Text(sign.mark, _style(verdict))


def _style(verdict: Verdict) -> str:
    return _STYLES[SIGNS[verdict].style]


def _word(gradient: GradientReport) -> str:
    return gradient.verdict.value.replace("_", " ")


def _shapes(gradient: GradientReport) -> str:
    """The gradient's shape, and the one it ought to have where they differ."""
    if gradient.shape is None:
        return _NOTHING
    if gradient.expected_shape in (None, gradient.shape):
        return _shape(gradient.shape)
    return f"{_shape(gradient.shape)} for {_shape(gradient.expected_shape)}"


def _shape(shape: tuple[int, ...] | None) -> str:
    return str(list(shape or ()))


def _sentences(report: Report, known: tuple[GradientReport, ...]) -> list[Text]:
    """What the table has no room for: why a gradient does not pass, near misses, notes."""
    unsettled = [g for g in known if g.verdict not in _TOLD_ELSEWHERE]
    sentences = [*_reasons(unsettled)]
    sentences += [_near_miss(unpaired) for unpaired in report.unpaired]
    sentences += [Text(note) for note in report.notes]
    return [Text(""), *sentences] if sentences and known else sentences


def _reasons(gradients: list[GradientReport]) -> Iterator[Text]:
    """A sentence each; what many have in common as long as nobody has written them is told once."""
    unwritten = [gradient for gradient in gradients if gradient.verdict is Verdict.NOT_WRITTEN]
    same = Counter(gradient.message for gradient in unwritten)
    for gradient in gradients:
        many = same[gradient.message] if gradient in unwritten else 0
        if many < _MANY:
            yield _reason(gradient)
        elif gradient is next(one for one in unwritten if one.message == gradient.message):
            words = gradient.message.replace("its line", "their lines")
            yield Text.assemble(_sign(gradient.verdict), f" {many} gradients: {words}")


def _reason(gradient: GradientReport) -> Text:
    words = gradient.message or _word(gradient)
    if gradient.verdict is Verdict.NOT_CHECKED and gradient.line_verdict is Verdict.RIGHT:
        words += "; judged alone it is right"
    return Text.assemble(_sign(gradient.verdict), f" {_lines(gradient)}{gradient.name}: {words}")


def _lines(gradient: GradientReport) -> str:
    """Where to look: the lines that build the gradient, or those of them that are wrong."""
    accused = tuple(line for line in gradient.accused_lines if line in gradient.lines)
    lines = accused or gradient.lines or (() if gradient.line is None else (gradient.line,))
    if not lines:
        return ""
    if len(lines) == 1:
        return f"line {lines[0]}, "
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}, "


def _near_miss(unpaired: Unpaired) -> Text:
    return Text.assemble(("? ", "yellow"), unpaired.message)


def _conclusion(report: Report) -> Text:
    plural = "" if report.iterations == 1 else "s"
    loss = "No loss" if report.loss is None else f"Final loss {number(report.loss)}"
    text = Text(f"\n{loss} after {report.iterations} iteration{plural}.\n")
    return text.append_text(judgement(report))


def judgement(report: Report) -> Text:
    """One line that says what the exit code says."""
    if report.failing:
        return _failed(report)
    if not report.gradients:
        return Text.assemble(("· ", "yellow"), "No gradient is written yet.")
    passed = _all_passed(Counter(g.verdict for g in report.gradients))
    if report.is_lost:
        mark, style = SIGNS[Verdict.NOT_FINITE].mark, _STYLES[SIGNS[Verdict.NOT_FINITE].style]
        return Text.assemble((f"{mark} ", style), f"The loss is not finite. {passed}")
    return Text.assemble(("✓ ", "green"), passed)


def _failed(report: Report) -> Text:
    """`✗ 1 ↳ 2 of 7 gradients do not pass: dh; inherited: dz, dW.`"""
    names: dict[tuple[str, str, str], list[str]] = {}
    for gradient in report.failing:
        names.setdefault(_kind(gradient.verdict), []).append(gradient.name)
    kinds = sorted(names, key=_order)
    told = "; ".join(f"{word}{', '.join(names[mark, word, style])}" for mark, word, style in kinds)
    if len(report.gradients) == 1:
        ((mark, _, style),) = kinds
        return Text.assemble((f"{mark} ", style), f"The only gradient does not pass: {told}.")
    marks = Text(" ").join(
        Text.assemble((mark, style), f" {len(names[mark, word, style])}") for mark, word, style in kinds
    )
    verb = "does" if len(report.failing) == 1 else "do"
    return marks.append(f" of {len(report.gradients)} gradients {verb} not pass: {told}.")


def _kind(verdict: Verdict) -> tuple[str, str, str]:
    """Mark, word and style under which a gradient is counted: all that are wrong themselves are one."""
    if verdict is Verdict.WRONG or verdict.accuses:
        return _WRONG
    sign = SIGNS[verdict]
    return sign.mark, f"{sign.word}: ", _STYLES[sign.style]


def _order(kind: tuple[str, str, str]) -> tuple[bool, str]:
    return kind != _WRONG, kind[1]


def _all_passed(counts: Counter[Verdict]) -> str:
    total, untested = counts.total(), sum(counts[verdict] for verdict in _UNTESTED)
    qualified = [f", {counts[verdict]} {SIGNS[verdict].word}" for verdict in _QUALIFIED if counts[verdict]]
    tail = "".join(qualified) + "."
    if not untested:
        return f"The only gradient passes{tail}" if total == 1 else f"All {total} gradients pass{tail}"
    passed = total - untested
    verb = "passes" if passed == 1 else "pass"
    return f"{passed} of {total} gradient{'' if total == 1 else 's'} {verb}, {untested} untested{tail}"
