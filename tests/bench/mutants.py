"""The score of the line check over every mutant of every program, and over the programs as they are."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from backprop_tui.engine.judging.check import check
from backprop_tui.engine.program.program import parse
from tests.mutation.judging import Fate, fate, subject
from tests.mutation.mutator import mutants
from tests.mutation.programs import PROGRAMS

SEEDS = 50


def main() -> None:
    """Print a line per program, and every fault; names of programs as arguments choose among them."""
    torch.set_num_threads(1)
    chosen = {name: text for name, text in PROGRAMS.items() if not sys.argv[1:] or name in sys.argv[1:]}
    total: Counter[Fate] = Counter()
    for name, text in chosen.items():
        counts = _judged(text)
        total += counts
        print(f"{name}: {_words(counts)}", flush=True)
    print(f"all: {_words(total)}; {sum(total[one] for one in Fate if one.fault)} faults (goal 0)")
    failed = [
        f"{name} at seed {seed}" for name, text in chosen.items() for seed in _failing_seeds(name, text)
    ]
    runs = len(chosen) * SEEDS
    print(f"without an error: {runs - len(failed)} of {runs} runs pass (goal all) {', '.join(failed)}")


def _judged(text: str) -> Counter[Fate]:
    original = subject(text)
    counts: Counter[Fate] = Counter()
    for mutant in mutants(text):
        found = fate(original, mutant)
        counts[found] += 1
        if found.fault or found is Fate.BELOW:
            print(f"  {found}: line {mutant.line}, {mutant.kind}: {mutant.after}")
    return counts


def _failing_seeds(name: str, text: str) -> list[int]:
    """The seeds at which the check of a program that is right does not pass."""
    return [seed for seed in range(SEEDS) if check(parse(text, name), seed=seed).exit_code]


def _words(counts: Counter[Fate]) -> str:
    return ", ".join(f"{counts[one]} {one}" for one in Fate if counts[one])


if __name__ == "__main__":
    main()
