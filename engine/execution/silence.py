"""The standard streams while lines run again: the program said it all before."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def silenced() -> Iterator[None]:
    """While inside, what is written to standard output and error goes nowhere, from C and children too.

    A handler of `logging`, say, has kept the stream from before, so that the descriptors have to be others.
    """
    flush_streams()
    kept = _led_nowhere()
    try:
        with _streams_led_nowhere():
            yield
    finally:
        flush_streams()
        for descriptor, before in kept.items():
            os.dup2(before, descriptor)
            os.close(before)


@contextmanager
def _streams_led_nowhere() -> Iterator[None]:
    """Python's own streams need not be on those descriptors: in tests and in notebooks they are not."""
    before = sys.stdout, sys.stderr
    nothing = None
    with suppress(OSError):  # no descriptor is left
        nothing = sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        with suppress(OSError):  # the program may have closed it
            if nothing is not None:
                nothing.close()


def flush_streams() -> None:
    """What was printed is on its way; a stream that is closed or full holds nobody up."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(Exception, SystemExit):  # whatever a program has put in the place of a stream
            if stream is not None:
                stream.flush()


def _led_nowhere() -> dict[int, int]:
    """Copies of those of the two that were open, and are no more what they were."""
    kept: dict[int, int] = {}
    with suppress(OSError):  # closed, or no other is left
        nothing = os.open(os.devnull, os.O_WRONLY)
        for descriptor in {1, 2} - {nothing}:
            with suppress(OSError):
                kept[descriptor] = os.dup(descriptor)
                os.dup2(nothing, descriptor)
        if nothing > 2:  # else it has taken the place of one that was closed
            os.close(nothing)
    return kept
