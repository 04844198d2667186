"""The score of the line check over every mutant of every bundled program."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from backprop_tui.engine.program.library import bundled, load
from tests.mutation.judging import Fate, fate, subject
from tests.mutation.mutator import mutants


def main() -> None:
    """Print a line per program, and every fault."""
    total: Counter[Fate] = Counter()
    for one in bundled():
        text = load(one.name).text
        original = subject(text)
        counts: Counter[Fate] = Counter()
        for mutant in mutants(text):
            found = fate(original, mutant)
            counts[found] += 1
            if found.fault:
                print(f"  {found}: line {mutant.line}, {mutant.kind}: {mutant.after}")
        total += counts
        print(f"{one.name}: {_words(counts)}")
    print(f"all: {_words(total)}")


def _words(counts: Counter[Fate]) -> str:
    return ", ".join(f"{counts[one]} {one}" for one in Fate if counts[one])


if __name__ == "__main__":
    main()
