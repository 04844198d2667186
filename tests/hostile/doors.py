"""The doors that a hostile program is sent through, and what comes of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class Outcome:
    """What one process did: its exit code (None: it never ended), both streams, processor seconds."""

    status: int | None
    out: str
    err: str
    seconds: float
    memory: int


class Doors:
    """Sends programs through a process that has torch loaded; one at a time."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("preloaded.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._folder = tempfile.TemporaryDirectory(prefix="hostile")

    def send(self, work: str, data: bytes, *arguments: str) -> Outcome:
        """What becomes of a program of this text."""
        folder = Path(tempfile.mkdtemp(dir=self._folder.name))
        path = folder / "program.py"
        path.write_bytes(data)
        order = {"work": work, "path": str(path), "folder": str(folder), "arguments": arguments}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**order, "patience": PATIENCE_SECONDS}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        out, err = ((folder / name).read_bytes().decode("utf-8", "replace") for name in ("out", "err"))
        return Outcome(out=out, err=err, **answer)

    def close(self) -> None:
        """End it."""
        self._process.communicate()
        self._folder.cleanup()


def told(outcome: Outcome) -> Any:
    """What it printed as JSON; None where that is none."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        return json.loads(outcome.out, parse_constant=refuse)
    except ValueError:
        return None
