"""A tensor in one line: a small histogram, the range, mean, deviation, zeros and norm."""

from __future__ import annotations

from ...engine.debugger.wire.inspected import Inspector, Statistics, Tab
from ..drawing.line import Line, Run, crop, width_of
from ..drawing.numbers import short

_BARS = "▁▂▃▄▅▆▇█"


def paint_statistics(tensor: Inspector, columns: int) -> Line:
    """As many of the facts as fit, the first ones first."""
    if tensor.statistics is None or tensor.statistics[0] is not tensor.tab:
        return (Run(tensor.under_way, "faint"),) if tensor.under_way else ()
    known = tensor.statistics[1]
    facts = _errors(known) if tensor.tab is Tab.ERROR else _facts(known, tensor.ratio)
    facts += [tensor.under_way] if tensor.under_way else []
    line: Line = (Run(histogram(known.bins), "accent"), Run(" "))
    for number, fact in enumerate(facts):
        joined = (*line, Run(" · " * (number > 0), "faint"), Run(fact, "quiet"))
        line = joined if width_of(joined) <= columns else line
    return crop(line, columns)


def _facts(known: Statistics, ratio: float | None) -> list[str]:
    return [
        f"{_number(known.low)} … {_number(known.high)}",
        *([f"update {ratio:.1e}"] if ratio is not None else []),
        f"mean {_number(known.mean)}",
        f"dev {_number(known.deviation)}",
        f"{known.zeros:.0%} zeros",
        f"norm {_number(known.norm)}",
    ]


def _errors(known: Statistics) -> list[str]:
    return [
        f"{known.beyond or 'none'} of {known.total} beyond rounding",
        f"{_number(known.low)} … {_number(known.high)}",
        f"norm {_number(known.norm)}",
    ]


def _number(value: float | None) -> str:
    return short(value, 9)


def histogram(bins: tuple[int, ...]) -> str:
    """A bar for each bin; one that is not empty has at least the lowest."""
    most, highest = max(bins, default=0), len(_BARS) - 1
    return "".join(_BARS[round(count / most * highest)] if count else " " for count in bins) if most else ""
