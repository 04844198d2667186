"""The programs are right: bundled and spelled ones agree with autograd, in few lines of their own.

Nothing of the engine is used here, so that a fault of the engine cannot hide a fault of a program.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

HERE = Path(__file__).parent
BUNDLED = sorted((HERE.parents[1] / "engine" / "bundled").glob("[a-z]*.py"))
SPELLED = sorted((HERE / "spellings").glob("*.py"))
PLANTED = sorted((HERE / "mutation").glob("*.py"))
KINKED = sorted((HERE / "kinks").glob("*.py"))
FLOAT32_ONLY = HERE / "spellings" / "explicit_float32.py"
FLOAT32_CONSTANTS = HERE / "mutation" / "float32_constants.py"
DOUBLE = [path for path in BUNDLED + SPELLED + PLANTED if path not in (FLOAT32_ONLY, FLOAT32_CONSTANTS)]


def sections(path: Path) -> dict[str, str]:
    """The source of each cell by its title."""
    parts = re.split(r"^# %% *(.*)$", path.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """What new tensors are, for a while."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def floating(namespace: dict[str, Any]) -> dict[str, torch.Tensor]:
    """The floating tensors by name, complex ones among them."""
    tensors = {k: v for k, v in namespace.items() if isinstance(v, torch.Tensor)}
    return {name: one for name, one in tensors.items() if one.is_floating_point() or one.is_complex()}


class Training:
    """A program run by the rules of its sections, with autograd's gradients beside its own."""

    def __init__(self, path: Path, jitter: float = 0.0) -> None:
        self.code = sections(path)
        self.namespace: dict[str, Any] = {"iteration": 0}
        torch.manual_seed(0)
        random.seed(0)
        exec(self.code["setup"], self.namespace)
        self.data = floating(self.namespace).keys()
        exec(self.code["parameters"], self.namespace)
        self.parameters = floating(self.namespace).keys() - self.data
        for tensor in floating(self.namespace).values():
            tensor.add_(jitter * torch.rand_like(tensor))

    def iterate(self) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
        """One iteration; by tensor name, the handwritten gradient and autograd's."""
        space = self.namespace
        written = {name for name in self.data if re.search(rf"\bd{name}\b", self.code["backward"])}
        for name in self.parameters | written:
            space[name] = space[name].detach().requires_grad_()
        exec(self.code["forward"], space)
        tensors = {k: v for k, v in floating(space).items() if v.requires_grad}
        found = torch.autograd.grad(
            space["loss"], list(tensors.values()), retain_graph=True, materialize_grads=True
        )
        with torch.no_grad():
            exec(self.code["backward"], space)
            pairs = {
                name: (space["d" + name].clone(), reference)
                for name, reference in zip(tensors, found, strict=True)
                if "d" + name in space
            }
            exec(self.code["update"], space)
        space["iteration"] += 1
        return pairs


def agrees(manual: torch.Tensor, reference: torch.Tensor, tolerance: float) -> bool:
    """Same shape, and no entry further off than the tolerance times the largest (at least 1)."""
    if manual.shape != reference.shape:
        return False
    scale = max(1.0, float(reference.abs().max()))
    return float((manual - reference).abs().max()) <= tolerance * scale


def wrong_gradients(path: Path, dtype: torch.dtype, tolerance: float) -> set[str]:
    """The tensors whose handwritten gradient is wrong in one of three iterations."""
    with default_dtype(dtype):
        training = Training(path)
        pairs = [item for _ in range(3) for item in training.iterate().items()]
    return {name for name, pair in pairs if not agrees(*pair, tolerance)}


def title(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", BUNDLED + SPELLED + PLANTED, ids=title)
def test_every_handwritten_gradient_is_autograds_in_single_precision(path: Path) -> None:
    assert wrong_gradients(path, torch.float32, 2e-6) == set()


@pytest.mark.parametrize("path", DOUBLE, ids=title)
def test_every_handwritten_gradient_is_autograds_in_double_precision(path: Path) -> None:
    assert wrong_gradients(path, torch.float64, 1e-12) == set()


def test_constants_in_single_precision_cost_single_precision_in_double() -> None:
    assert wrong_gradients(FLOAT32_CONSTANTS, torch.float64, 1e-6) == set()


def test_a_program_that_insists_on_float32_does_not_run_in_double() -> None:
    with pytest.raises(RuntimeError, match="dtype"):
        wrong_gradients(FLOAT32_ONLY, torch.float64, 1e-12)


@pytest.mark.parametrize("path", KINKED, ids=title)
def test_at_a_kink_another_subgradient_is_chosen_and_beside_it_none(path: Path) -> None:
    assert wrong_gradients(path, torch.float64, 1e-12) != set()
    with default_dtype(torch.float64):
        pairs = Training(path, jitter=1e-3).iterate()
    assert [name for name, pair in pairs.items() if not agrees(*pair, 1e-12)] == []


@pytest.mark.parametrize("path", BUNDLED, ids=title)
def test_a_bundled_program_learns(path: Path) -> None:
    training = Training(path)
    losses = []
    for _ in range(200):
        training.iterate()
        losses.append(float(training.namespace["loss"].detach()))
    assert losses[-1] < losses[0] * 0.8


@pytest.mark.parametrize("path", BUNDLED, ids=title)
def test_a_bundled_program_runs_as_a_plain_script(path: Path) -> None:
    namespace: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    assert namespace["loss"].shape == ()


def test_the_character_model_writes_twenty_six_gradients() -> None:
    path = next(path for path in BUNDLED if path.stem == "batchnorm_mlp")
    assert len(Training(path).iterate()) == 26


def test_the_linear_regression_ends_at_slope_two_and_offset_zero() -> None:
    path = next(path for path in BUNDLED if path.stem == "linear_regression")
    training = Training(path)
    for _ in range(1000):
        training.iterate()
    assert float(training.namespace["loss"].detach()) < 1e-12
    assert training.namespace["W1"].tolist() == pytest.approx([2.0], abs=1e-6)
    assert training.namespace["B1"].tolist() == pytest.approx([0.0], abs=1e-6)
