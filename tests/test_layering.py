"""What is loaded when: the engine brings no screen along, and torch waits until it is needed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENGINE = sorted(file for file in (ROOT / "engine").rglob("*.py") if file.parent.name != "bundled")
SCREEN = {"textual", "rich", "cyclopts"}
BEFORE_THE_FIRST_FRAME = (
    "engine.debugger.wire.commands",
    "engine.debugger.engine_loop",
    "engine.debugger.wire.frame",
    "engine.judging.report",
    "engine.process.apart",
    "engine.process.remote_engine",
    "engine.process.tasks",
    "engine.program.did_you_mean",
    "engine.program.library",
    "engine.program.program",
    "engine.verdict",
    "tui.app",
    "tui.cli.main",
)


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running `code`."""
    report = "import sys; print(*{name.split('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", f"{code}\n{report}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def module_of(file: Path) -> str:
    """The import name of a file of the engine."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(("backprop_tui", *parts)).removesuffix(".__init__")


def test_importing_all_of_the_engine_loads_no_screen() -> None:
    names = loaded_by("\n".join(f"import {module_of(file)}" for file in ENGINE))
    assert "backprop_tui" in names
    assert not names & SCREEN


def test_what_there_is_before_the_first_frame_needs_no_torch() -> None:
    names = loaded_by("\n".join(f"import backprop_tui.{module}" for module in BEFORE_THE_FIRST_FRAME))
    assert "textual" in names
    assert not names & {"torch", "numpy"}
