"""What the screen's tests share: an environment without surprises, and event loops."""

from __future__ import annotations

import asyncio
import inspect
import os
from pathlib import Path

import pytest

os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TERM"] = "xterm-256color"
os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
for name in ("COLUMNS", "LINES", "NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_DRIVER"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a key saves goes to a folder of the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run tests that are coroutines, each in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
