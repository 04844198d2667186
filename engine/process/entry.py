"""Where the engine's own process begins: its streams, its ends, and what it was started for."""

from __future__ import annotations

import atexit
import fcntl
import gc
import io
import os
import resource
import socket
import sys
import threading
from contextlib import suppress
from typing import NoReturn

from ..debugger.engine_loop import Engine
from ..debugger.wire.frame import Frame
from ..execution.silence import flush_streams
from ..execution.trouble import trouble
from .channel import Channel
from .enduring import usable
from .last_words import leave_words
from .messages import Cancel, Open, Passed, Stop, Task

_exit = os._exit
_GRACE_SECONDS = 0.3
"""How long the engine may take to stop before the process ends without it."""


def main(end: int, words: int) -> None:
    """Serve whoever holds the other end of the socket, until it is gone or says so."""
    words = _out_of_the_way(words)
    end = _out_of_the_way(end)
    leave_words(words)
    channel = Channel(socket.socket(fileno=end))
    os.register_at_fork(after_in_child=channel.abandon)
    sys.stdout, sys.stderr = usable(sys.stdout, 1, by_line=True), usable(sys.stderr, 2, by_line=True)
    _load_torch_meanwhile()
    try:
        first = channel.receive()
    except EOFError:
        _end(0)
    if isinstance(first, Task):
        _follow_end(channel)
        channel.send(_result_of(first))
    elif isinstance(first, Open):
        _step(channel, first)
    _end(0)


def _result_of(task: Task) -> object:
    program = task.text.program()
    try:
        return task.done()
    except BaseException as error:
        return trouble(error, program)


def _step(channel: Channel, opened: Open) -> None:
    sys.argv = [str(opened.text.path or opened.text.name)]
    sent = os.getpid()

    def show(frame: Frame) -> None:
        if os.getpid() != sent or not channel.send(frame):
            _exit(0)  # a fork of the program's that came back to us, or nobody is there any more

    def passed(iterations: int) -> None:
        channel.send(Passed(iterations))

    engine = Engine(opened.text.program(), opened.seed, show, passed, opened.handled)
    threading.Thread(target=_obey, args=(channel, engine), name="commands", daemon=True).start()
    engine.run()


def _obey(channel: Channel, engine: Engine) -> None:
    """Take what comes until the other end is gone."""
    while True:
        try:
            message = channel.receive()
        except EOFError:
            message = Stop()
        if isinstance(message, Stop):
            engine.stop()
            _end_after(_GRACE_SECONDS)
            return
        if isinstance(message, Cancel):
            engine.cancel(run=message.run)
        else:
            engine.send(message)


def _follow_end(channel: Channel) -> None:
    """End once nobody waits for the answer any more."""

    def wait() -> None:
        with suppress(EOFError):
            channel.receive()
        _end(1)

    threading.Thread(target=wait, name="commands", daemon=True).start()


def _load_torch_meanwhile() -> None:
    """Torch takes a second: it is loaded while whoever started this process comes to the point."""
    with suppress(Exception):  # what is wrong with it is told where it is used
        import torch  # noqa: F401


def _out_of_the_way(descriptor: int) -> int:
    """The same under a high number that no program closes by the way, and no child inherits."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    high = min(soft, 1024) - 8 if soft != resource.RLIM_INFINITY else 1016
    try:
        moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, high)
    except (OSError, ValueError):
        os.set_inheritable(descriptor, False)
        return descriptor
    os.close(descriptor)
    return moved


def _end_after(seconds: float) -> None:
    timer = threading.Timer(seconds, _end, (0,))
    timer.daemon = True
    timer.start()


def _end(code: int) -> NoReturn:
    """End without freeing every object first, which takes long; what the program wrote to files is kept."""
    with suppress(Exception):
        atexit._run_exitfuncs()
    flush_streams()
    gc.unfreeze()
    for stream in gc.get_objects():
        if type(stream) in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
            with suppress(Exception):
                stream.flush()
    _exit(code)
