"""What the command line says when it cannot do what was asked, and what to type instead."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.program.did_you_mean import nearest

if TYPE_CHECKING:
    from cyclopts import CycloptsError, UnknownOptionError

COMMANDS = ("check", "convert", "explain", "hint", "list", "new", "practice", "write")


class Refusal(Exception):
    """What cannot be done, and what to do instead, in one sentence for the user."""


def usage_error(error: CycloptsError, words: list[str]) -> str:
    """A command line that cannot be understood, in a sentence, and where to read on."""
    from cyclopts import UnknownOptionError, UnusedCliTokensError

    if isinstance(error, UnusedCliTokensError):
        extra = " ".join(error.unused_tokens or ())
        sentence = f"There is no place for {extra}: one program at a time.{meant_command(words)}"
    elif isinstance(error, UnknownOptionError):
        sentence = _unknown(error)
    else:
        sentence = str(error)
    command = " ".join(["backprop-tui", *(error.command_chain or ())])
    return f"{sentence} `{command} --help` shows what there is."


def _unknown(error: UnknownOptionError) -> str:
    option = error.token.keyword or error.token.value
    options = [name for argument in error.argument_collection for name in argument.names]
    near = nearest(option, options)
    return f"Unknown option: {option}." + (f" Did you mean {near}?" if near else "")


def meant_command(words: list[str]) -> str:
    """A did-you-mean for a program whose name is nearly that of a command."""
    import shlex

    first = words[0] if words else ""
    command = nearest(first, COMMANDS)
    if command is None or command == first or Path(first).exists():
        return ""
    return f" Did you mean `backprop-tui {shlex.join([command, *words[1:]])}`?"


def require_path(file: str) -> None:
    """Refuse to write where no name is: Python takes an empty path for the folder it is in."""
    if not file:
        raise Refusal("No path was given to write to, and nothing was written.")


def as_argument(file: str) -> str:
    """The file as a word of a command line that reads neither as a command nor as an option."""
    import shlex

    plain = file in COMMANDS or file.startswith("-")
    return shlex.quote(f"./{file}" if plain else file)
