"""What all tests share: the processes that they start, and how properties are tried."""

import os
import signal
import sys
import tempfile
from contextlib import redirect_stdout
from typing import Any

import pytest
from hypothesis import settings

from backprop_tui.engine.process.messages import Task
from backprop_tui.engine.program.program import Program
from backprop_tui.tui.cli import check_command, tutor_commands

os.environ["OMP_NUM_THREADS"] = "1"  # torch reads it when it is imported; workers use the other cores
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs start from compiled bytecode

_state = tempfile.TemporaryDirectory(prefix="backprop-tui-state-")
for _folder in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
    os.environ[_folder] = _state.name  # nothing is kept where a person's own places are

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


_HANDLERS = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGHUP: signal.SIG_DFL,
    signal.SIGQUIT: signal.SIG_DFL,
}
for _signal, _handler in _HANDLERS.items():  # a shell has what it starts in the background ignore them
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, _handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--soak`: everything that takes long, too."""
    parser.addoption("--soak", action="store_true", help="all hostile programs, longer walks, more signals")


def _done_here(task: Task, program: Program) -> Any:
    with redirect_stdout(sys.stderr):
        return task.done()


@pytest.fixture(autouse=True)
def programs_run_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for each would load torch each time; those that are about processes start them."""
    for module in (check_command, tutor_commands):
        monkeypatch.setattr(module, "done_apart", _done_here)
