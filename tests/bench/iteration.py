"""One verified, recorded iteration against the same lines in a bare loop, as ratios in one process."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import torch

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program, parse
from backprop_tui.engine.tensors.rng_state import seed_all

WIDE = """# %% setup
import torch
x = torch.randn(1024, 2048)
y = torch.randn(1024, 2048)
# %% parameters
W1 = torch.randn(2048, 2048) * 2048**-0.5
W2 = torch.randn(2048, 2048) * 2048**-0.5
# %% forward
hpre = x @ W1
h = torch.tanh(hpre)
out = h @ W2
error = out - y
loss = (error**2).mean()
# %% backward
derror = 2 * error / error.numel()
dout = derror
dh = dout @ W2.T
dW2 = h.T @ dout
dhpre = dh * (1 - h**2)
dW1 = x.T @ dhpre
# %% update
W1 = W1 - 0.1 * dW1
W2 = W2 - 0.1 * dW2
"""


ALL_THREADS = torch.get_num_threads()


class Bare:
    """The program in a loop a user would write: retained gradients, loss.backward(), manual lines."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names: dict[str, object] = {"__name__": "__main__", "iteration": 0}
        self.codes = {
            section.kind: compile(section.tree, program.name, "exec") for section in program.sections
        }
        seed_all(0)
        self.run("setup")
        seed_all(0)
        self.run("parameters")
        section = {s.kind: s for s in program.sections}
        self.parameters = [n for s in section["parameters"].statements for n in s.binds]
        self.forward = [n for s in section["forward"].statements for n in s.binds]

    def run(self, kind: str) -> None:
        """One section."""
        if kind in self.codes:
            exec(self.codes[kind], self.names)

    def iterate(self) -> None:
        """One iteration."""
        for name in self.parameters:
            parameter = self.names[name]
            if isinstance(parameter, torch.Tensor) and parameter.is_floating_point():
                parameter.grad = None
                parameter.requires_grad_(True)
        self.run("forward")
        for name in self.forward:
            tensor = self.names[name]
            if isinstance(tensor, torch.Tensor) and tensor.requires_grad:
                tensor.retain_grad()
        loss = self.names["loss"]
        assert isinstance(loss, torch.Tensor)
        loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            self.run("backward")
            self.run("update")


def threads_for(program: Program) -> int:
    """One thread where tensors are small: a second only waits, and on a busy machine for long."""
    return ALL_THREADS if "2048" in program.name else 1


def verified(session: Session) -> Callable[[], None]:
    """One recorded iteration with every gradient judged."""

    def run() -> None:
        record = session.iterate()
        assert record.failure is None, record.failure
        assert record.passes

    return run


def ratio(one: Callable[[], None], other: Callable[[], None], rounds: int, each: int) -> float:
    """The median of the ratios of pairs of short runs, so that a drifting machine does not matter."""
    found = []
    for _ in range(rounds):
        found.append(_seconds(one, each) / _seconds(other, each))
    return statistics.median(found)


def _seconds(run: Callable[[], None], times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        run()
    return time.perf_counter() - begin


def main() -> None:
    """Print the ratios."""
    cases = [
        (load("linear_regression"), 1.25, 41, 100),
        (load("batchnorm_mlp"), 1.25, 41, 20),
        (parse(WIDE, "2048-wide MLP, batch 1024"), 1.10, 5, 1),
    ]
    for program, goal, rounds, each in cases:
        torch.set_num_threads(threads_for(program))
        session = Session(program)
        failure = session.begin()
        if failure is not None:
            sys.exit(f"{program.name}: {failure.message}")
        bare = Bare(program)
        found = ratio(verified(session), bare.iterate, rounds, each)
        microseconds = _seconds(bare.iterate, each) / each * 1e6
        print(f"{program.name}: recorded / bare {found:.2f} (goal {goal}); bare {microseconds:.0f} µs")


if __name__ == "__main__":
    main()
