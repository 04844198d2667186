"""The top line: program, iteration, phase, statement, loss and the counts of verdicts."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...engine.debugger.wire.frame import Frame, Status
from ...engine.tutor.answer import PRACTICE
from ..drawing.line import Line, Run, clean, columns_of, crop, ellipsis, left, right, width_of
from ..drawing.numbers import scalar

BRAND = "backprop-tui"


class Density(Struct, frozen=True):
    """How much there is room for: words before facts, columns between them, and which facts."""

    words: bool
    gap: str
    to_come: bool
    speed: bool = True
    statement: bool = True
    phase: bool = True
    iteration: bool = True
    tight: bool = False
    """No room is kept for numbers of more digits."""


_SPARSER: tuple[dict[str, Any], ...] = (
    {"speed": False},
    {"to_come": False},
    {"words": False, "gap": " "},
    {"statement": False},
    {"phase": False},
    {"iteration": False},
)
"""What gives way, one after the other, where numbers grew too long. The loss and the verdicts stay."""
MANY = 10_000


def density_for(width: int) -> Density:
    """In narrow terminals the words give way, the facts stay."""
    if width >= 112:
        return Density(True, "    ", True)
    return Density(width >= 60, "  " if width >= 70 else " ", width >= 100)


def paint_status(frame: Frame, width: int) -> list[Line]:
    """One row: who, then facts in columns that stay where they are."""
    status = frame.status
    density, facts = _fitting(status, width)
    if width_of(facts) + columns_of(clean(status.program)) + 4 > width:
        density = replace(density, gap=" ", tight=True)
        facts = _facts(status, density)
    room = width - width_of(facts) - 2
    who = _who(clean(status.program), density, room, "faint" if frame.file.behind else "")
    return [crop((Run(" "), *who, *facts), width)]


def _fitting(status: Status, width: int) -> tuple[Density, Line]:
    """The facts as the width has them; where they do not fit, the name goes first, then as in `_SPARSER`."""
    density = density_for(width)
    facts = _facts(status, density)
    for less in _SPARSER:
        if width_of(facts) < width:
            break
        density = replace(density, **less)
        facts = _facts(status, density)
    return density, facts


def _who(program: str, density: Density, room: int, style: str) -> Line:
    """The program's name, dim where its file says something else, after ours where there is room for both."""
    if len(BRAND) + len(program) + 2 + len(density.gap) <= room:
        return (Run(BRAND, "brand"), Run(f"  {program}", style), Run(density.gap))
    if room < 6:
        return ()
    return (Run(ellipsis(program, room - 2), style or "brand"), Run("  "))


def _facts(status: Status, density: Density) -> Line:
    if status.loading:
        return (Run("loading torch …", "quiet"),)
    return (*_place(status, density), *_verdicts(status, density), *_motion(status, density))


def _place(status: Status, density: Density) -> Line:
    """Iteration, phase and loss."""
    if status.iteration is None:
        return (Run(_beginning(status), "quiet"), Run(density.gap))
    return (
        *_iteration(status.iteration, density),
        *_phase(status, density),
        *(_loss(status, density) if status.computes_loss else ()),
    )


def _loss(status: Status, density: Density) -> Line:
    return (*_word("loss ", density), Run(left(scalar(status.loss), 9), "strong"), Run(density.gap))


def _beginning(status: Status) -> str:
    """What there is to say before the first iteration: `ready`, or `setup runs`."""
    section, _, line = status.busy.partition(", line ")
    if status.busy:
        return f"{section} runs" if line else "running"
    return f"{status.stopped} stopped" if status.stopped else "ready"


def _iteration(number: int, density: Density) -> Line:
    if not density.iteration:
        return ()
    text = f"{number:<4}" if density.words and not density.tight else f"{number}"
    return (*_word("iteration ", density), Run(text, "strong"), Run(density.gap))


def _phase(status: Status, density: Density) -> Line:
    """`backward  3/7`; counts of many statements in thousands."""
    if not density.phase:
        return ()
    phase = Run(f"{status.phase or 'start':>8} ", "quiet")
    if not density.statement:
        return (phase,)
    done, of = (_count(status.statement), f"/{_count(status.statements)}") if status.statements else ("", "")
    return (phase, Run(f"{done:>2}", "strong"), Run(f"{of:<3}", "quiet"), Run(density.gap))


def _count(number: int) -> str:
    return f"{number}" if number < MANY else f"{number // 1000}k"


def _word(word: str, density: Density) -> Line:
    return (Run(word, "quiet"),) if density.words else ()


def _verdicts(status: Status, density: Density) -> Line:
    counts = [("✓", status.exact, "good"), ("≈", status.close, "good"), ("✗", status.wrong, "bad")]
    counts += [("↳", status.inherited, "warn")] if status.inherited else []
    counts += [("…", status.unwritten, "quiet")] if status.unwritten else []
    pad = 2 if density.words and not density.tight else 1
    progress = f"{status.passing} of {status.gradients}{density.gap}" if _practises(status) else ""
    runs = tuple(Run(f"{mark} {count:<{pad}} ", style if count else "quiet") for mark, count, style in counts)
    to_come = f"{right(str(status.to_come), 2)} to come" if density.to_come else ""
    return (Run(progress, "strong"), *runs, Run(to_come if status.to_come else " " * len(to_come), "quiet"))


def _practises(status: Status) -> bool:
    """Whether gradients are being written: some are not, or it is a copy to practise on."""
    return bool(status.gradients) and (bool(status.unwritten) or status.program.endswith(PRACTICE))


def _motion(status: Status, density: Density) -> Line:
    """Whether it runs and how fast, and on what device if not the plain one."""
    speed = f" {status.speed or 'running'}" if density.speed else ""
    running = f"▶{speed}" if status.running else ""
    device = status.device if status.device not in ("", "cpu") else ""
    runs = [(Run(density.gap), Run(text, "accent")) for text in (running, device) if text]
    return tuple(run for pair in runs for run in pair)
