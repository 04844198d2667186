"""After one press of space what is wrong with a bundled program is in view: the line, why, the entries."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import pytest
from torch import Tensor

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.frame import Frame
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import Pane
from backprop_tui.engine.program.program import parse
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import Line, plain
from backprop_tui.tui.drawing.shades import WORST

from ...mutation.mutator import Mutant, written_names
from ...mutation.programs import BUNDLED
from ...mutation.samples import Sampled, sample, title
from .stepped import Stepped

SIZES = ((120, 36), (80, 24))
FIRST, EVERY = 9, 60
"""Of the planted errors one in so many is tried, and with `--soak` every one."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "sampled" in metafunc.fixturenames:
        some = (0, 1) if metafunc.config.getoption("soak") else (FIRST, EVERY)
        metafunc.parametrize("sampled", sample(BUNDLED, *some), ids=title)


@dataclass(frozen=True)
class Seen:
    """What stands on the screen after the key."""

    frame: Frame
    panes: dict[str, tuple[Line, ...]]
    """The lines of each pane that is in view."""
    worst: float | None
    """The largest error of the tensor that is selected; None where there is none."""

    def text(self, name: str) -> str:
        return "\n".join(plain(line) for line in self.panes.get(name, ()))


async def after_space(mutant: Mutant, size: tuple[int, int]) -> Seen:
    """Open a program, press space, and look."""
    program = parse(mutant.program, "program")
    engine = Stepped(program)
    app = BackpropApp(program, engine)
    async with app.run_test(size=size) as pilot:
        await pilot.press("space")
        await pilot.pause()
        await pilot.pause()  # a pane that came forward has told its size
        main = app.main
        panes = {name: tuple(main.query_one(f"#{name}", Canvas).lines) for name in main.rooms()}
        return Seen(main.frame, panes, largest_error(engine.stepper, main.frame.inspector.name))


def largest_error(stepper: Stepper, name: str) -> float | None:
    scene, ran = stepper.now.scene, stepper.now.view.ran
    manual, autograd = scene.manual(name, ran), scene.autograd(name, ran)
    if not (isinstance(manual, Tensor) and isinstance(autograd, Tensor)) or manual.shape != autograd.shape:
        return None
    return float((manual - autograd).abs().max())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_the_wrong_line_the_reason_and_the_entries(sampled: Sampled, size: tuple[int, int]) -> None:
    mutant = sampled[1]
    seen = await after_space(mutant, size)
    one = seen.frame.attention
    if one is None:  # the lines compute the same after all
        assert not re.search("[✗≠!]", seen.text("program"))
        return
    assert one.here
    assert one.line == mutant.line or reads_what_it_writes(one.line, mutant)
    said = " ".join(plain(line).strip() for line in seen.panes["attention"])
    assert re.match(rf"[✗≠∞!] lines? .*\b{one.line}, \w+: \w.*\w", said)
    assert re.search(rf"^│ [✗≠∞!] +{one.line}\D", seen.text("program"), re.MULTILINE)
    assert re.search(rf"^│ .  *{mutant.line}\D", seen.text("program"), re.MULTILINE)
    if one.verdict is not None:  # a line that raised has written nothing
        assert Pane.INSPECTOR in seen.panes
    if one.verdict is not None and not one.verdict.misfits:
        assert seen.frame.inspector.tab is Tab.ERROR
        assert seen.worst is not None
        assert is_marked(seen) or is_told(seen, seen.worst)


def reads_what_it_writes(line: int | None, mutant: Mutant) -> bool:
    """Whether the line is put right by an edit of its own as well: it reads the helper that is wrong."""
    (helper,) = written_names(ast.parse(mutant.after).body[0])
    text = mutant.program.split("\n")[line - 1] if line is not None else ""
    return helper not in mutant.gradients and re.search(rf"\b{helper}\b", text) is not None


def is_marked(seen: Seen) -> bool:
    """Whether the inspector has a heatmap with its worst cell marked."""
    styles = {name for line in seen.panes[Pane.INSPECTOR] for run in line for name in run.style.split()}
    heat = seen.frame.inspector.heat
    return heat is not None and heat.worst is not None and bool(styles & {f"heat-{WORST}", f"ground-{WORST}"})


def is_told(seen: Seen, worst: float) -> bool:
    """Whether the worst error is among the numbers in view."""
    rows = seen.frame.inspector.blocks[Tab.ERROR].rows
    return any(abs(number) == pytest.approx(worst) for row in rows for number in row)
