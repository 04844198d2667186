"""What the screen's tests share: frames made by hand, and a terminal without surprises."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

os.environ["TEXTUAL_ANIMATIONS"] = "none"
for name in ("COLUMNS", "LINES", "NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_DRIVER"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def scenes() -> ModuleType:
    """The module of scenes beside this file."""
    return _beside("scenes")


@pytest.fixture(scope="session")
def opened() -> Callable[..., AbstractContextManager[Any]]:
    """Opens the real program in a pseudo-terminal."""
    found: Callable[..., AbstractContextManager[Any]] = _beside("pseudo_terminal").opened
    return found


@pytest.fixture(scope="session")
def staged(scenes: ModuleType) -> Callable[..., Any]:
    """Builds an app over a stand-in for the engine, which shows the scenes of these names."""
    return partial(_beside("stage").Stage, scenes)


@pytest.fixture
def running(tmp_path: Path, opened: Callable[..., AbstractContextManager[Any]]) -> Callable[[str], Any]:
    """Opens the real program in a pseudo-terminal on a program of this text, and waits until it is ready."""

    @contextmanager
    def run(text: str) -> Iterator[Any]:
        path = tmp_path / "program.py"
        path.write_text(text)
        with opened(str(path)) as session:
            assert session.shows("ready")
            yield session

    return run


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run tests that are coroutines, each in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
