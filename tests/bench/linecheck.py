"""The line check of a right program against bare iterations of it, as ratios in one process."""

from __future__ import annotations

import sys

import torch
from iteration import WIDE, Bare, ratio, threads_for

from backprop_tui.engine.linecheck.check import check_lines
from backprop_tui.engine.program import Program, parse
from backprop_tui.engine.session import Session
from backprop_tui.engine.source import load


def measure(program: Program, rounds: int, each: int) -> float:
    """How many bare iterations a line check costs."""
    torch.set_num_threads(threads_for(program))
    session = Session(program)
    failure = session.begin()
    if failure is not None:
        sys.exit(f"{program.name}: {failure.message}")
    record = session.iterate()
    bare = Bare(program)

    def check() -> None:
        assert not check_lines(session, record).problem

    return ratio(check, bare.iterate, rounds, each)


def main() -> None:
    """Print the ratios."""
    cases = [
        (load("linear_regression"), 21, 50),
        (load("batchnorm_mlp"), 21, 10),
        (parse(WIDE, "2048-wide MLP, batch 1024"), 3, 1),
    ]
    for program, rounds, each in cases:
        found = measure(program, rounds, each)
        print(f"{program.name}: line check / bare iteration {found:.2f} (goal 3)")


if __name__ == "__main__":
    main()
