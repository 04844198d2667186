"""A process that has torch loaded, and forks one for each thing that is to be done with a program.

    python preloaded.py     reads orders from standard input, one JSON object a line, and answers each

To load torch for every program takes a second; to fork, a few milliseconds. What runs is the command line
itself, down to the engine in a process of its own: only that this one is forked too, and finds torch loaded.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import traceback
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy  # noqa: F401
import torch
from walked import walked

from backprop_tui.engine.debugger import engine_loop, stepper  # noqa: F401
from backprop_tui.engine.judging import check as judging  # noqa: F401
from backprop_tui.engine.process import child, entry  # noqa: F401
from backprop_tui.tui.cli import check_json, check_table, commands  # noqa: F401
from backprop_tui.tui.cli.main import main as command_line


class Forked:
    """As much of `subprocess.Popen` as the engine's process needs, by a fork of this one."""

    def __init__(
        self, command: list[str], *, stdout: int, stderr: int, pass_fds: tuple[int, ...], **_: Any
    ) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            nothing = os.open(os.devnull, os.O_RDWR)
            for number, descriptor in enumerate((nothing, stdout, stderr)):
                os.dup2(descriptor, number)
            _close_others(pass_fds)
            _exits(lambda: _run_as_main(command[-1]))

    def send_signal(self, number: int) -> None:
        """Send it one."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def poll(self) -> int | None:
        """Its status, if it has ended."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its status, waited for."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("the engine", timeout or 0.0)
            time.sleep(0.002)
        assert self.returncode is not None
        return self.returncode


def _popen(command: list[str], **options: Any) -> Any:
    return (Forked if command[0] == sys.executable else subprocess.Popen)(command, **options)


def _close_others(kept: tuple[int, ...]) -> None:
    for descriptor in map(int, os.listdir("/dev/fd")):
        if descriptor > 2 and descriptor not in kept:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _run_as_main(code: str) -> int:
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    exec(code, vars(main))
    return 0


def _exits(work: Callable[[], int]) -> None:
    """Do it in this fork, and end it."""
    code = 70
    try:
        code = work()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(code)


def check(path: str, arguments: list[str]) -> int:
    """The command line on it."""
    child.subprocess = types.SimpleNamespace(  # type: ignore[assignment]
        Popen=_popen,
        DEVNULL=subprocess.DEVNULL,
        PIPE=subprocess.PIPE,
        TimeoutExpired=subprocess.TimeoutExpired,
    )
    return command_line(["check", path, *arguments])


def bare(path: str, arguments: list[str]) -> int:
    """Run the file as Python does, one iteration if it is one, and say what it raised and where."""
    answer_with = _answering()
    told: dict[str, Any] = {"raised": None}
    try:
        code = compile(Path(path).read_bytes(), path, "exec")
    except BaseException as error:
        told = _told(error, [getattr(error, "lineno", None)])
    else:
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        sys.argv = [path]
        torch.manual_seed(0)
        vars(main).update(__file__=path, iteration=0)
        try:
            exec(code, vars(main))
        except BaseException as error:
            told = _told(error, _lines(error, path))
    answer_with(told)
    return 0


def _told(error: BaseException, lines: list[Any]) -> dict[str, Any]:
    words = ""
    with contextlib.suppress(BaseException):
        words = str(error)[:1000]
    return {"raised": type(error).__name__, "lines": lines, "words": words}


def _lines(error: BaseException, path: str) -> list[int]:
    lines, trace = [], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines


def walk(path: str, arguments: list[str]) -> int:
    """Step it on a screen that nobody looks at, and say what was wrong with a picture."""
    answer_with = _answering()
    answer_with({"wrong": walked(path)})
    return 0


def _answering() -> Callable[[object], None]:
    """What says the one thing that is to be said, whatever the program has made of streams and modules.

    What it prints is no answer, and a fork of it says nothing.
    """
    process, said, write, own = os.getpid(), json.JSONEncoder().encode, os.write, os.getpid
    out = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 900)
    os.dup2(2, 1)

    def answer_with(what: object) -> None:
        if own() == process:
            write(out, said(what).encode())

    return answer_with


WORKS = {"check": check, "bare": bare, "walk": walk}


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Do what one order says: its exit code, its processor time, and whether patience ended before it."""
    process = os.fork()
    if process == 0:
        os.setsid()
        os.chdir(order["folder"])
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o666), number)
        _close_others(())
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        _exits(lambda: WORKS[order["work"]](order["path"], order["arguments"]))
    deadline, status, usage = time.monotonic() + order["patience"], None, None
    while status is None and time.monotonic() < deadline:
        ended, raw, usage = os.wait4(process, os.WNOHANG)
        if ended:
            status = os.waitstatus_to_exitcode(raw)
        else:
            time.sleep(0.004)
    with contextlib.suppress(OSError):
        os.killpg(process, signal.SIGKILL)
    if status is None:
        _, _, usage = os.wait4(process, 0)
    return {"status": status, "seconds": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
