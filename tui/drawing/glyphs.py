"""Which characters the terminal has."""

from __future__ import annotations

import os
import sys
from functools import cache

_FEW = ("linux", "vt", "ansi", "cons", "dumb")
"""How TERM begins where the font has letters and little else."""


@cache
def has_braille() -> bool:
    """Whether braille can be drawn, as far as the environment says."""
    encoding = (getattr(sys.__stdout__, "encoding", None) or "utf-8").lower().replace("-", "")
    return encoding.startswith("utf") and not os.environ.get("TERM", "").startswith(_FEW)
