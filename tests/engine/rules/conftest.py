"""A program of one forward, and the gradients that the rules give it."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.rules.derivation.derive import Derivation, derive

_PARAMETERS = """\
a = torch.randn(4, 3)
b = torch.randn(4, 3)
r = torch.randn(3)
c = torch.randn(4, 1)
s = torch.randn(())
k = torch.randn(1)
m = torch.randn(3, 5)
t = torch.randn(2, 4, 3)
u = torch.randn(2, 3, 5)
v = torch.randn(4)
p = torch.rand(4, 3) * 0.8 + 0.1
i4 = torch.randn(2, 3, 6, 6)
i8 = torch.randn(2, 8, 3, 3)
q = torch.randn(3, 3) + 4 * torch.eye(3)
z = torch.randn(4, 3, dtype=torch.cfloat)
w = torch.randn(4, 3, dtype=torch.cfloat)
zm = torch.randn(3, 5, dtype=torch.cfloat)
zr = torch.randn(3, dtype=torch.cfloat)
zq = torch.randn(3, 3, dtype=torch.cfloat) + 4 * torch.eye(3)
"""
_SETUP = """\
import torch
import torch.nn.functional as F

mask = torch.tensor([[True, False, True]]).repeat(4, 1)
picks = torch.tensor([2, 0, 0, 1])
ids = torch.tensor([[0, 2], [1, 1], [3, 0], [2, 2]])
"""

Deriving = Callable[..., Derivation]


def derivation(
    forward: str, setup: str = "", parameters: str = _PARAMETERS, *, is_complex: bool = False
) -> Derivation:
    """The gradients of a program with this forward, whose `out` may be complex."""
    if "loss =" not in forward:
        weighted = "(out.real + 0.7 * out.imag)" if is_complex else "out"
        forward += f"\nloss = ({weighted} * torch.linspace(-1.3, 1.1, out.numel()).view(out.shape)).sum()"
    read = {node.id for node in ast.walk(ast.parse(forward)) if isinstance(node, ast.Name)}
    used = "\n".join(line for line in parameters.splitlines() if line.partition(" ")[0] in read)
    text = f"# %% setup\n{_SETUP}{setup}\n# %% parameters\n{used}\n# %% forward\n{forward}\n# %% backward\n"
    session = Session(parse(text, "tiny"))
    failure = session.begin()
    assert failure is None, failure
    iteration = session.iterate()
    assert iteration.failure is None, iteration.failure
    return derive(session, iteration)


@pytest.fixture(scope="session")
def deriving() -> Deriving:
    """What derives the gradients of a forward."""
    return derivation
