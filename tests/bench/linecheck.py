"""The line check of a right program against bare iterations of it, as ratios in one process."""

from __future__ import annotations

import statistics
import sys
import time

import torch
from iteration import WIDE, Bare, threads_for

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program, parse


def measure(program: Program, rounds: int, each: int) -> float:
    """How many bare iterations a line check costs: the median of pairs of short runs, of fresh records."""
    torch.set_num_threads(threads_for(program))
    session = Session(program)
    failure = session.begin()
    if failure is not None:
        sys.exit(f"{program.name}: {failure.message}")
    bare = Bare(program)
    check(session, [session.iterate()])
    ratios = []
    for _ in range(rounds):
        records = [session.iterate() for _ in range(each)]
        begin = time.perf_counter()
        check(session, records)
        middle = time.perf_counter()
        for _ in range(each):
            bare.iterate()
        ratios.append((middle - begin) / (time.perf_counter() - middle))
    return statistics.median(ratios)


def check(session: Session, records: list[Iteration]) -> None:
    """The line check of every record."""
    for record in records:
        assert not check_lines(session, record).problem


def main() -> None:
    """Print the ratios."""
    cases = [
        (load("linear_regression"), 41, 20, 3.6),
        (load("batchnorm_mlp"), 41, 5, 3.0),
        (parse(WIDE, "2048-wide MLP, batch 1024"), 7, 1, 3.0),
    ]
    for program, rounds, each, goal in cases:
        ratio = measure(program, rounds, each)
        print(f"{program.name}: line check / bare iteration {ratio:.2f} (goal {goal})")


if __name__ == "__main__":
    main()
