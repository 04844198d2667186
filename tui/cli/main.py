"""Where every command line begins.

One that only names a program opens the screen at once: reading options takes longer to import than the
whole engine does.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

from .streams import usable_streams, why_unwritten
from .usage_errors import COMMANDS, Refusal, meant_command

CANNOT_RUN = 2
INTERRUPTED = 130


def main(tokens: Sequence[str] | None = None) -> int:
    """Run one command line (that of the process by default) and return its exit code."""
    words = list(sys.argv[1:] if tokens is None else tokens)
    with usable_streams():
        try:
            code = _run(words)
        except KeyboardInterrupt:
            return INTERRUPTED
        reason = why_unwritten(sys.stdout)
        return _complain(f"Standard output cannot be written: {reason}.") if reason else code


def run_process() -> NoReturn:
    """Run the command line of the process and end it."""
    sys.exit(main())


def _run(words: list[str]) -> int:
    from ...engine.program.program import ProgramError

    try:
        if _names_a_program(words):
            return _open(words)
        from .commands import obey

        return obey(words)
    except ProgramError as error:
        return _complain(f"{error}{meant_command(words)}")
    except Refusal as refusal:
        return _complain(str(refusal))


def _open(words: list[str]) -> int:
    gc.disable()  # all that is made before the first picture stays; the screen turns it on again
    try:
        from .open_screen import FIRST, open_screen

        return open_screen(*words or (FIRST,))
    finally:
        gc.enable()


def _names_a_program(words: list[str]) -> bool:
    return not words or (len(words) == 1 and not words[0].startswith("-") and words[0] not in COMMANDS)


def _complain(sentence: str) -> int:
    from .plain_console import PlainConsole

    if not sentence.endswith((".", "?", "!")):
        sentence += "."
    PlainConsole(sys.stderr).print(sentence, soft_wrap=True)
    return CANNOT_RUN
