"""What is said of torch's operations by their names is what torch does."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from backprop_tui.engine.program.torch_operations import (
    allocates,
    casts,
    changes_in_place,
    draws,
    draws_floats,
    draws_integers,
    draws_mask,
    draws_scaled_mask,
    gives_view,
    inplace_position,
    is_quiet,
    may_draw,
    out_of_place,
    reads_shape_only,
)

FUNCTIONS = {name: value for name, value in vars(F).items() if inspect.isfunction(value) and name[0] != "_"}
METHODS = [name for name in dir(Tensor) if name[0] != "_" and callable(getattr(Tensor, name))]
METHODS.remove("backward")  # it imports half of torch


def test_functions_say_inplace_where_torch_has_it() -> None:
    said = {name: inplace_position(name) for name in FUNCTIONS if inplace_position(name) is not None}
    signatures = {name: [*inspect.signature(function).parameters] for name, function in FUNCTIONS.items()}
    public = {name: names.index("inplace") for name, names in signatures.items() if "inplace" in names}
    assert said == public


def test_a_trailing_underscore_means_in_place() -> None:
    changing = [name for name in METHODS if changes_in_place(name)]
    assert {"add_", "zero_", "index_put_"} <= set(changing)
    assert not any(map(changes_in_place, ("add", "__add__", "__iadd__", "_", "")))
    assert [out_of_place(name) for name in ("add_", "add", "__add__")] == ["add", "add", "__add__"]


VIEWS: dict[str, Callable[[Tensor], Tensor]] = {
    "as_strided": lambda t: t.as_strided((2,), (1,)),
    "detach": lambda t: t.detach(),
    "diagonal": lambda t: t.diagonal(),
    "expand": lambda t: t.expand(2, 4, 6),
    "expand_as": lambda t: t.expand_as(torch.empty(2, 4, 6)),
    "mT": lambda t: t.mT,
    "movedim": lambda t: t.movedim(0, 1),
    "narrow": lambda t: t.narrow(0, 1, 2),
    "permute": lambda t: t.permute(1, 0),
    "select": lambda t: t.select(0, 1),
    "squeeze": lambda t: t.squeeze(),
    "swapaxes": lambda t: t.swapaxes(0, 1),
    "t": lambda t: t.t(),
    "transpose": lambda t: t.transpose(0, 1),
    "unflatten": lambda t: t.unflatten(1, (2, 3)),
    "unfold": lambda t: t.unfold(0, 2, 1),
    "unsqueeze": lambda t: t.unsqueeze(0),
    "view": lambda t: t.view(-1),
    "view_as": lambda t: t.view_as(torch.empty(6, 4)),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shares_the_memory_of_its_tensor(name: str) -> None:
    tensor = torch.randn(4, 6)
    shares = VIEWS[name](tensor).untyped_storage().data_ptr() == tensor.untyped_storage().data_ptr()
    assert gives_view(name)
    assert shares


@pytest.mark.parametrize("name", ["clone", "contiguous", "flatten", "reshape", "to", "repeat"])
def test_what_may_copy_is_no_view(name: str) -> None:
    assert not gives_view(name)


def tried(name: str) -> Iterator[bool]:
    """Whether the generator's state moves, for every way of calling a method that torch lets pass."""
    tensor = torch.full((4, 4), 0.5)
    tries: list[tuple[Any, ...]] = [(), (0.5,), (1,), (tensor,), (0, 1), (0.5, 1.0)]
    for arguments in tries:
        before = torch.get_rng_state()
        with contextlib.suppress(Exception):  # most take something else
            getattr(tensor.clone(), name)(*arguments)
        yield not torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", [name for name in METHODS if is_quiet(name)])
@pytest.mark.filterwarnings("ignore")
def test_a_quiet_method_draws_nothing(name: str) -> None:
    assert not any(tried(name))
    assert not draws(name)


@pytest.mark.filterwarnings("ignore")
def test_every_method_that_draws_is_known_to() -> None:
    drawing = {name for name in METHODS if any(tried(name))}
    assert {"bernoulli", "normal_", "random_", "uniform_", "multinomial"} <= drawing
    assert all(map(draws, drawing))


DRAWN: dict[str, Callable[[torch.dtype], Tensor]] = {
    "rand": lambda dtype: torch.rand(40, dtype=dtype),
    "randn": lambda dtype: torch.randn(40, dtype=dtype),
    "randint": lambda dtype: torch.randint(9, (40,), dtype=dtype),
    "randperm": lambda dtype: torch.randperm(40, dtype=dtype),
    "normal_": lambda dtype: torch.empty(40, dtype=dtype).normal_(),
    "random_": lambda dtype: torch.empty(40, dtype=dtype).random_(),
}


@pytest.mark.parametrize("name", DRAWN)
def test_only_integers_come_out_the_same_in_double_precision(name: str) -> None:
    torch.manual_seed(0)
    single = DRAWN[name](torch.float32)
    torch.manual_seed(0)
    double = DRAWN[name](torch.float64)
    same = torch.allclose(single.double(), double, rtol=1e-5)
    assert (draws_integers(name), draws_floats(name)) == (same, not same)


MASKS: dict[str, Callable[[Tensor], Tensor]] = {
    "dropout": F.dropout,
    "dropout1d": F.dropout1d,
    "dropout2d": F.dropout2d,
    "dropout3d": F.dropout3d,
    "alpha_dropout": lambda t: F.alpha_dropout(t, training=True),
    "feature_alpha_dropout": lambda t: F.feature_alpha_dropout(t, training=True),
    "rrelu": lambda t: F.rrelu(t, training=True),
    "gumbel_softmax": lambda t: F.gumbel_softmax(t, dim=0),
}


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.filterwarnings("ignore")
def test_a_scaled_mask_leaves_an_entry_out_or_doubles_it(name: str) -> None:
    value = -torch.arange(1.0, 257.0).reshape(4, 4, 2, 2, 4)[..., 0 if name == "dropout1d" else slice(None)]
    value = value.flatten(2) if name == "dropout1d" else value
    result = MASKS[name](value)
    scaled = bool(((result == 0) | (result == 2 * value)).all())
    assert draws_mask(name)
    assert draws_scaled_mask(name) is scaled


@pytest.mark.parametrize("name", ["noisy_drop", "Normal", "sample", "random_mask", "rsample"])
def test_a_function_that_is_named_like_chance_may_draw(name: str) -> None:
    assert may_draw(name)
    assert not draws(name)


@pytest.mark.parametrize("name", ["normalize", "layer_norm", "mean", "affine"])
def test_others_are_not_taken_for_chance(name: str) -> None:
    assert not may_draw(name)


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "full_like", "new_zeros", "size", "numel"])
def test_a_shape_can_be_read_without_the_values(name: str) -> None:
    assert reads_shape_only(name)
    assert not draws(name)


@pytest.mark.parametrize("name", ["zeros", "empty", "zeros_like", "empty_like", "new_zeros", "new_empty"])
def test_memory_to_be_filled_is_allocated(name: str) -> None:
    assert allocates(name)
    assert not allocates(name.replace("zeros", "ones").replace("empty", "full"))


@pytest.mark.parametrize("name", [name for name in METHODS if casts(name)])
def test_a_cast_keeps_the_numbers(name: str) -> None:
    ones = torch.ones(3)
    arguments = {"to": (torch.bool,), "type": (torch.bool,), "type_as": (torch.tensor(1),)}
    assert bool((getattr(ones, name)(*arguments.get(name, ())) == 1).all())
