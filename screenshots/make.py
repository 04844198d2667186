"""Writes the pictures of the README from the running app: `make screenshots`."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
os.environ.pop("NO_COLOR", None)

from textual.pilot import Pilot

from backprop_tui.engine import bundled as programs
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.process.child import Child
from backprop_tui.engine.process.kept.keeping import Keeping
from backprop_tui.engine.process.remote_engine import RemoteEngine
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.tui.app import BackpropApp

HERE = Path(__file__).parent
PROGRAMS = Path(programs.__path__[0])
TO_ITERATION_12 = ("space",) * 12
THIRD_OF_BACKWARD = ("right",) * 8
PATIENCE = 60.0
WIDE, NARROW = (120, 36), (80, 24)


@dataclass(frozen=True)
class Picture:
    """One screenshot: a program, perhaps with one text in the place of another, and keys."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    program: str = "linear_regression"
    slip: tuple[str, str] = ("", "")


PICTURES = (
    Picture("main", WIDE, (*TO_ITERATION_12, *THIRD_OF_BACKWARD, "2")),
    Picture("small", NARROW, (*TO_ITERATION_12, *THIRD_OF_BACKWARD, "2")),
    Picture(
        "wrong-line",
        WIDE,
        ("space",),
        "batchnorm_mlp",
        slip=("dprobs = dlogprobs / probs", "dprobs = dlogprobs * probs"),
    ),
    Picture("help", WIDE, ("space", "question_mark")),
)


def load(picture: Picture) -> Program:
    """The picture's program, with its slip."""
    path = PROGRAMS / f"{picture.program}.py"
    text = path.read_text(encoding="utf-8")
    if picture.slip[0]:
        assert picture.slip[0] in text
        text = text.replace(*picture.slip)
    return parse(text, picture.program)


async def svg_of(picture: Picture) -> str:
    """The screen as SVG after the picture's keys."""
    program = load(picture)
    app = BackpropApp(program, lambda tell: RemoteEngine(Keeping(None, program, 0), tell, Child()), "dark")
    try:
        async with app.run_test(size=picture.size) as pilot:
            for key in picture.keys:
                await _up_to_date(app, pilot)
                await pilot.press(key)
            await _up_to_date(app, pilot)
            return app.export_screenshot(title="backprop-tui") + "\n"
    finally:
        app.main.link.stop()


async def _up_to_date(app: BackpropApp, pilot: Pilot[int]) -> None:
    """Wait until everything that was sent is in the picture."""
    engine = app.main.link
    assert isinstance(engine, RemoteEngine)
    async with asyncio.timeout(PATIENCE):
        while _waits(app.main.frame, engine.sent):
            await asyncio.sleep(0.01)
    await pilot.pause()


def _waits(frame: Frame, sent: int) -> bool:
    """Whether more is to come than the frame shows: torch, a command, the verdicts of the lines."""
    return frame.status.loading or frame.handled < sent or frame.status.line_check_due


def main() -> None:
    """Write them all."""
    for picture in PICTURES:
        path = HERE / f"{picture.name}.svg"
        path.write_text(asyncio.run(svg_of(picture)), encoding="utf-8")
        print(path.relative_to(HERE.parent))


if __name__ == "__main__":
    main()
