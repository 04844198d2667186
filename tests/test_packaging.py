"""What is installed: every folder with code, under our own names, beside the user's own files."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = CONFIG["tool"]["setuptools"]
FOLDERS = SETUPTOOLS["package-dir"]


def folder_of(package: str) -> Path:
    """Where a package's files are: the nearest ancestor in the mapping, and the rest below it."""
    ancestor = next(name for name in sorted(FOLDERS, reverse=True) if _within(package, name))
    rest = package.removeprefix(ancestor).strip(".").split(".")
    return ROOT.joinpath(FOLDERS[ancestor], *filter(None, rest))


def _within(package: str, ancestor: str) -> bool:
    return package == ancestor or package.startswith(f"{ancestor}.")


def shipped() -> set[Path]:
    """The files that belong to the program: code, styles and the typing mark."""
    kinds = ("*.py", "*.tcss", "py.typed")
    return {file for top in ("engine", "tui") for kind in kinds for file in (ROOT / top).rglob(kind)}


def test_packages_are_exactly_the_folders_with_code() -> None:
    listed = {folder_of(package) for package in SETUPTOOLS["packages"]}
    assert listed == {file.parent for file in shipped() if file.suffix == ".py"}


def test_a_build_holds_every_file_of_the_program(tmp_path: Path) -> None:
    code = (
        "from setuptools import setup;"
        f"setup(script_args=['-q', 'egg_info', '-e', {str(tmp_path)!r},"
        f" 'build_py', '-d', {str(tmp_path)!r}])"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    built = {file.relative_to(tmp_path) for file in (tmp_path / "backprop_tui").rglob("*.*")}
    missing = {file for file in shipped() if _installed_as(file) not in built}
    assert not missing


def _installed_as(file: Path) -> Path:
    relative = file.relative_to(ROOT)
    launch = Path("tui/launch")
    inside = relative.relative_to(launch) if relative.is_relative_to(launch) else relative
    return Path("backprop_tui") / inside


def test_our_folders_are_not_importable_by_their_plain_names(tmp_path: Path) -> None:
    code = (
        "import backprop_tui.engine.program.library, backprop_tui.tui.cli.commands, sys;"
        "from importlib.util import find_spec;"
        "print([n for n in ('engine', 'tui', 'launch', 'tests') if n in sys.modules or find_spec(n)])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


PROGRAM = """\
# %% setup
import torch
from engine import x
from tui import rate
# %% parameters
W = torch.ones(3)
# %% forward
h = W * x
loss = h.sum()
# %% backward
dh = torch.ones_like(h)
dW = x * dh
# %% update
W = W - rate * dW
"""


def test_the_users_own_engine_and_tui_are_what_their_program_imports(tmp_path: Path) -> None:
    (tmp_path / "engine.py").write_text("import torch\nx = torch.tensor([1.0, 2.0, 3.0])\n")
    (tmp_path / "tui.py").write_text("rate = 0.5\n")
    (tmp_path / "mine.py").write_text(PROGRAM)
    script = Path(sys.executable).with_name("backprop-tui")
    for launch in ([sys.executable, "-m", "backprop_tui"], [str(script)]):
        command = [*launch, "check", "mine.py"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "All 2 gradients pass" in done.stdout


def test_the_console_script_runs_our_main() -> None:
    module, function = CONFIG["project"]["scripts"]["backprop-tui"].split(":")
    assert callable(getattr(importlib.import_module(module), function))
