"""The top line: program, iteration, phase, statement, loss and the counts of verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.frame import Frame, Status
from .figures import scalar
from .line import Line, Run, clean, crop, ellipsis, left, right, width_of

BRAND = "backprop-tui"


@dataclass(frozen=True, slots=True)
class Density:
    """How much a terminal has room for: words before facts, columns between them."""

    words: bool
    gap: str
    to_come: bool


def density_for(width: int) -> Density:
    """In narrow terminals the words give way, the facts stay."""
    if width >= 112:
        return Density(True, "    ", True)
    return Density(width >= 60, "  " if width >= 70 else " ", width >= 100)


def paint_status(frame: Frame, width: int) -> list[Line]:
    """One row: who, then facts in columns that stay where they are."""
    status, density = frame.status, density_for(width)
    facts = _facts(status, density)
    who = _who(clean(status.program), density, width - width_of(facts) - 2)
    return [crop((Run(" "), *who, *facts), width)]


def _who(program: str, density: Density, room: int) -> Line:
    """The program's name, after ours where there is room for both."""
    if len(BRAND) + len(program) + 2 + len(density.gap) <= room:
        return (Run(BRAND, "brand"), Run(f"  {program}{density.gap}"))
    if room < 6:
        return ()
    return (Run(ellipsis(program, room - 2), "brand"), Run("  "))


def _facts(status: Status, density: Density) -> Line:
    if status.loading:
        return (Run("loading torch …", "quiet"),)
    return (*_place(status, density), *_verdicts(status, density), *_motion(status, density))


def _place(status: Status, density: Density) -> Line:
    """Iteration, phase and loss."""
    if status.iteration is None:
        return (Run("ready", "quiet"), Run(density.gap))
    done, of = (f"{status.statement}", f"/{status.statements}") if status.statements else ("", "")
    return (
        *_word("iteration ", density),
        Run(f"{status.iteration:<4}" if density.words else f"{status.iteration}", "strong"),
        Run(density.gap),
        Run(f"{status.phase or 'start':>8} ", "quiet"),
        Run(f"{done:>2}", "strong"),
        Run(f"{of:<3}", "quiet"),
        Run(density.gap),
        *_word("loss ", density),
        Run(left(scalar(status.loss), 9), "strong"),
        Run(density.gap),
    )


def _word(word: str, density: Density) -> Line:
    return (Run(word, "quiet"),) if density.words else ()


def _verdicts(status: Status, density: Density) -> Line:
    counts = (("✓", status.exact, "good"), ("≈", status.close, "good"), ("✗", status.wrong, "bad"))
    pad = 2 if density.words else 1
    runs = tuple(Run(f"{mark} {count:<{pad}} ", style if count else "quiet") for mark, count, style in counts)
    to_come = f"{right(str(status.to_come), 2)} to come" if density.to_come else ""
    return (*runs, Run(to_come if status.to_come else " " * len(to_come), "quiet"))


def _motion(status: Status, density: Density) -> Line:
    """Whether it runs and how fast, and on what device if not the plain one."""
    running = f"▶ {status.speed or 'running'}" if status.running else ""
    device = status.device if status.device not in ("", "cpu") else ""
    runs = [(Run(density.gap), Run(text, "accent")) for text in (running, device) if text]
    return tuple(run for pair in runs for run in pair)
