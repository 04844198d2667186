"""What diagnosis makes of every mutant that the line check blames: explained, true when tried, how fast."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from backprop_tui.engine.judging.diagnosis.diagnose import Diagnosis, diagnose
from backprop_tui.engine.judging.diagnosis.diagnosis import applied
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.rules.derivation.derive import derive
from tests.mutation.judging import passes, subject
from tests.mutation.mutator import Mutant, mutants
from tests.mutation.operators import Kind
from tests.mutation.programs import PROGRAMS
from tests.mutation.sizes import other_sizes, with_sizes

READINGS = {
    Kind.POWER: {"wrong_power"},
    Kind.SIGN: {"sign_flipped"},
    Kind.FACTOR: {"constant_factor", "counted_twice"},
    Kind.SWAP: {"operands_swapped", "transposed", "sign_flipped"},
    Kind.REDUCTION: {"sum_missing", "keepdim_lost", "mean_for_sum", "wrong_shape"},
    Kind.ACCUMULATION: {"path_missing", "term_missing", "constant_written"},
    Kind.ASSIGNMENT: {"overwritten"},
    Kind.TRANSPOSITION: {"transposed", "operands_swapped"},
    Kind.UPSTREAM: {"wrong_upstream", "path_missing"},  # the latter where the target is another
    Kind.DROPPED_FACTOR: {"factor_missing", "upstream_missing", "constant_factor", "mean_for_sum"},
    Kind.SIZE: {"constant_factor"},
    Kind.ZERO: {"constant_written"},
}
"""The kinds of explanation that name what was planted, or say the same of the line in other words."""


class Score:
    """Counts over many mutants of a program that is tried at other sizes as well, where it has any."""

    def __init__(self, sizes: Iterable[tuple[int, int]] | None = None) -> None:
        self.sizes = sizes
        self.counts: Counter[str] = Counter()
        self.deriving: list[float] = []
        self.diagnosing: list[float] = []

    def take(self, mutant: Mutant) -> Iterator[str]:
        """Judge one mutant; what is worth a line of print."""
        changed = subject(mutant.program)
        check = check_lines(changed.session, changed.iteration)
        begin = time.perf_counter()
        derivation = derive(changed.session, changed.iteration)
        derived = time.perf_counter()
        found = diagnose(changed.session, changed.iteration, check, derivation=derivation)
        if found:
            self.deriving.append((derived - begin) / len(found))
            self.diagnosing.append((time.perf_counter() - derived) / len(found))
        for name, one in found.items():
            yield from self._judge(mutant, name, one)

    def _judge(self, mutant: Mutant, name: str, one: Diagnosis) -> Iterator[str]:
        self.counts["accused"] += 1
        if one.kind == "unexplained":
            self.counts["unexplained"] += 1
            yield f"not explained: line {mutant.line}: {mutant.after}: {one.message}"
            return
        self.counts["planted"] += one.kind in READINGS[mutant.kind]
        if not one.edit:  # it names what is missing, and no edit can be tried
            self.counts["named"] += 1
            return
        fixed = applied(mutant.program, one)
        where = "here" if not passes(fixed, name) else ""
        if not where and self.sizes is not None:
            self.counts["resized"] += 1
            where = "" if passes(with_sizes(fixed, dict(self.sizes)), name) else "at other sizes"
        if where:
            self.counts["false"] += 1
            yield f"FALSE: line {mutant.line}: {mutant.after}: {one.message}: {one.edit}: not so {where}"

    def words(self) -> str:
        """All of it in a line."""
        every = max(self.counts["accused"], 1)
        explained = every - self.counts["unexplained"]
        alone = 1000 * sum(self.diagnosing) / max(len(self.diagnosing), 1)
        both = alone + 1000 * sum(self.deriving) / max(len(self.deriving), 1)
        planted = self.counts["planted"] / max(explained, 1)
        return (
            f"{explained} of {every} explained ({explained / every:.1%}, goal 95 %), "
            f"{planted:.1%} with the planted kind or the same in other words, "
            f"{self.counts['named']} without an edit, "
            f"{self.counts['false']} false when tried, {self.counts['resized']} at other sizes too (goal 0), "
            f"{alone:.0f} ms a line, {both:.0f} ms with deriving it (goal 50)"
        )


def main() -> None:
    """Print a line per program, and every line that is not explained.

    Names of programs as arguments choose among them, and a number takes one mutant in so many.
    """
    torch.set_num_threads(1)
    every = next((int(one) for one in sys.argv[1:] if one.isdigit()), 1)
    chosen = [name for name in PROGRAMS if name in sys.argv[1:]] or [*PROGRAMS]
    total = Score()
    for name, text in ((name, PROGRAMS[name]) for name in chosen):
        score = Score(other_sizes(text))
        for mutant in list(mutants(text))[::every]:
            for words in score.take(mutant):
                print(f"  {name}: {words}", flush=True)
        print(f"{name}: {score.words()}", flush=True)
        total.counts += score.counts
        total.deriving += score.deriving
        total.diagnosing += score.diagnosing
    print(f"all: {total.words()}")


if __name__ == "__main__":
    main()
