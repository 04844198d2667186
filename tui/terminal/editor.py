"""The editor of whoever sits at the terminal: which one it is, and how it is told a line."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

USUAL = ("nano", "vim", "nvim", "vi", "micro", "hx", "helix", "kak", "emacs")
"""What is looked for where neither variable names one."""
_PLUS = {
    "vi",
    "vim",
    "nvim",
    "nvi",
    "view",
    "nano",
    "pico",
    "emacs",
    "emacsclient",
    "micro",
    "kak",
    "joe",
    "ne",
}
_COLON = {"hx", "helix"}
_GOTO = {"code", "code-insiders", "codium", "vscodium", "cursor"}
_SUBLIME = {"subl", "sublime_text"}


class NoEditor(Exception):
    """There is none to be opened. The message is a sentence without its end that says what to do."""


@dataclass(frozen=True)
class Editor:
    """A command with its options."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called: `vim` of `/usr/bin/vim.basic`."""
        return Path(self.words[0]).name.partition(".")[0]

    def at(self, path: Path, line: int) -> list[str]:
        """The command that opens a file at a line; the file alone, where it is not known how to say one."""
        file = os.path.abspath(path)
        if self.name in _PLUS:
            return [*self.words, f"+{line}", file]
        if self.name in _COLON:
            return [*self.words, f"{file}:{line}"]
        if self.name in _GOTO:
            return [*self.words, *_missing(self.words, "--wait", "-w"), "-g", f"{file}:{line}"]
        if self.name in _SUBLIME:
            return [*self.words, *_missing(self.words, "-w", "--wait"), f"{file}:{line}"]
        return [*self.words, file]


def _missing(words: Sequence[str], option: str, same: str) -> list[str]:
    return [] if option in words or same in words else [option]


def editor(environ: Mapping[str, str] = os.environ) -> Editor:
    """The editor that VISUAL or EDITOR names, else a usual one that is installed.

    Raises:
        NoEditor: there is none.
    """
    for variable in ("VISUAL", "EDITOR"):
        said = environ.get(variable, "").strip()
        if said:
            return _named(variable, said)
    found = next((name for name in USUAL if shutil.which(name)), None)
    if found is None:
        raise NoEditor("no editor was found: set EDITOR to the command of yours")
    return Editor((found,))


def _named(variable: str, said: str) -> Editor:
    try:
        words = tuple(shlex.split(said))
    except ValueError as problem:
        raise NoEditor(f"{variable} is `{said}`, which is no command: {problem}") from None
    if not words or shutil.which(words[0]) is None:
        raise NoEditor(f"{variable} is `{said}`, which is not found: set it to the command of your editor")
    return Editor(words)


def run(command: Sequence[str]) -> str:
    """Run an editor and wait for its end; what went wrong, or ''. ctrl+c is the editor's meanwhile."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as problem:
        return f"{command[0]} cannot be run: {problem.strerror or problem}"
    finally:
        signal.signal(signal.SIGINT, before)
    return f"{command[0]} ended with {code}" if code else ""
