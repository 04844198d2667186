"""What opening a script without titles costs, beside a program with titles that has the same lines.

The script is accepted as soon as its picture stands: so its time until it is ready has both screens in it.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from terminal import Replay, Terminal

from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import ITERATED, Program

PROGRAM = "batchnorm_mlp"
ROUNDS = 11
GOAL = 50.0
ASKS, PAINTED, READY = "enter accepts", "iteration   ← → statement", " ready "


def moments(file: str, wanted: tuple[str, ...]) -> list[float]:
    """Milliseconds from the start of the process until each of the texts stands on the screen; what asks is
    answered."""
    terminal, replay = Terminal([sys.executable, "-m", "backprop_tui", file]), Replay()
    found: list[float] = []
    try:
        for _ in range(200):
            chunks = terminal.chunks(0.02, 10.0)
            for chunk, text in zip(chunks, replay.feed(chunks), strict=True):
                while len(found) < len(wanted) and wanted[len(found)] in text:
                    found.append((chunk.at - terminal.started) * 1e3)
                    if wanted[len(found) - 1] == ASKS:
                        terminal.send(b"\r")
            if len(found) == len(wanted):
                return found
    finally:
        terminal.close()
    sys.exit(f"{wanted[len(found)]!r} never came\n{replay.text}")


def without_titles(program: Program) -> str:
    """A script with the lines of a program, what every iteration runs in a loop."""
    lines: list[str] = []
    for section in program.sections:
        if section.kind == "forward":
            lines.append("for iteration in range(1000):")
        indent = "    " * (section.kind in ITERATED)
        lines += [
            indent + program.lines[number - 1] for number in range(section.first_line, section.last_line + 1)
        ]
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def main() -> None:
    """Print what it costs more."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    titled: list[list[float]] = []
    plain: list[list[float]] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        script = Path(folder) / "script.py"
        script.write_text(without_titles(load(PROGRAM)), encoding="utf-8")
        for _ in range(ROUNDS + 1):
            titled.append(moments(PROGRAM, (PAINTED, READY)))
            plain.append(moments(str(script), (ASKS, READY)))
    print(f"opening a script without titles, {ROUNDS} starts each, p50 in ms")
    for name, at in (("first picture", 0), ("until ready", 1)):
        with_them, without = ([one[at] for one in each[1:]] for each in (titled, plain))
        more = statistics.median(other - one for one, other in zip(with_them, without, strict=True))
        medians = (
            f"{statistics.median(with_them):5.0f} with titles  {statistics.median(without):5.0f} without"
        )
        print(f"{name:<14} {medians}  {more:+5.0f} (goal {GOAL:.0f})")


if __name__ == "__main__":
    main()
