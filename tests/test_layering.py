"""Who may import whom: the engine knows no screen, and torch waits until it is needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = sorted(file for file in (ROOT / "engine").rglob("*.py") if file.parent.name != "bundled")
TUI = sorted((ROOT / "tui").rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    """The modules a file imports, anywhere in it; relative ones with their dots."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running `code`."""
    report = "import sys; print(*{name.split('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", f"{code}\n{report}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def module_of(file: Path) -> str:
    """The import name of a file of the engine."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(("backprop_tui", *parts)).removesuffix(".__init__")


def upstairs(name: str, file: Path) -> bool:
    """Whether a relative import leaves the engine."""
    depth = len(file.relative_to(ROOT / "engine").parts)
    return len(name) - len(name.lstrip(".")) > depth


@pytest.mark.parametrize("file", ENGINE, ids=module_of)
def test_the_engine_imports_no_screen(file: Path) -> None:
    tops = {name.split(".")[0] for name in imports(file)}
    assert not tops & {"textual", "rich", "cyclopts"}
    assert not any(upstairs(name, file) or "tui.tui" in name for name in imports(file))


def test_importing_all_of_the_engine_loads_no_screen() -> None:
    code = "\n".join(f"import {module_of(file)}" for file in ENGINE)
    names = imported_by(code)
    assert "backprop_tui" in names
    assert not names & {"textual", "rich", "cyclopts"}


@pytest.mark.parametrize("file", TUI, ids=lambda file: file.stem)
def test_the_screen_never_imports_torch_itself(file: Path) -> None:
    assert "torch" not in {name.split(".")[0] for name in imports(file)}


@pytest.mark.parametrize(
    "module",
    [
        "debugger.commands",
        "debugger.frame",
        "program.program",
        "judging.report",
        "program.library",
        "program.did_you_mean",
        "verdict",
        "debugger.engine_thread",
    ],
)
def test_what_the_screen_reads_of_the_engine_needs_no_torch(module: str) -> None:
    assert "torch" not in imported_by(f"import backprop_tui.engine.{module}")
