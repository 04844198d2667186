"""The random state that a program can draw from: seeding, keeping and putting back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy
import torch
from torch import Tensor

from .inert import is_a

Generator = torch.Generator | random.Random | numpy.random.Generator | numpy.random.RandomState
"""A generator that a program can make itself."""
GENERATORS = (torch.Generator, random.Random, numpy.random.Generator, numpy.random.RandomState)


def state_of(generator: Generator) -> Any:
    """The state of a generator of any kind."""
    if is_a(generator, torch.Generator):
        return generator.get_state()
    if is_a(generator, random.Random):
        return generator.getstate()
    if is_a(generator, numpy.random.Generator):
        return generator.bit_generator.state
    return generator.get_state(legacy=False)


def set_state(generator: Generator, state: Any) -> None:
    """Put a generator of any kind into a state of its own."""
    if is_a(generator, torch.Generator):
        generator.set_state(state)
    elif is_a(generator, random.Random):
        generator.setstate(state)
    elif is_a(generator, numpy.random.Generator):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)


def seed_all(seed: int) -> None:
    """Seed torch (every device), random and numpy."""
    torch.manual_seed(seed)
    random.seed(seed)
    numpy.random.seed(seed % 2**32)


class RandomState(NamedTuple):
    """The state of every generator; `others` is None where only torch's was kept."""

    torch_cpu: Tensor
    cuda: tuple[Tensor, ...]
    others: tuple[Any, Any] | None
    owned: tuple[tuple[Generator, Any], ...]
    """Generators that the program made itself."""

    def has_moved(self, generators: Iterable[Generator]) -> bool:
        """Whether torch's default generator, or one of torch's among these, is in another state by now.

        One that was not there then has moved.
        """
        if not torch.equal(torch.default_generator.get_state(), self.torch_cpu):
            return True
        states = {id(generator): state for generator, state in self.owned}
        return any(
            id(one) not in states or not torch.equal(one.get_state(), states[id(one)])
            for one in generators
            if is_a(one, torch.Generator)
        )

    def restore(self, twin: Callable[[Generator], Generator] = lambda generator: generator) -> None:
        """Put every generator back to this state; of those that a program made itself, the twin."""
        self.restore_default(torchs=True, others=True)
        for generator, state in self.owned:
            set_state(twin(generator), state)

    def restore_default(self, *, torchs: bool, others: bool) -> None:
        """Put the generators back that are there without a program's doing: torch's, and the others."""
        if torchs:
            torch.default_generator.set_state(self.torch_cpu)
            for device, state in enumerate(self.cuda):
                torch.cuda.set_rng_state(state, device)
        if others and self.others is not None:
            random.setstate(self.others[0])
            numpy.random.set_state(self.others[1])


def random_state(generators: Sequence[Generator], *, others: bool = True) -> RandomState:
    """The state of now. `others` says whether random and numpy are kept as well."""
    initialized = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    cuda = torch.cuda.get_rng_state_all() if initialized else []
    return RandomState(
        torch_cpu=torch.default_generator.get_state(),
        cuda=tuple(cuda),
        others=(random.getstate(), numpy.random.get_state(legacy=False)) if others else None,
        owned=tuple([(generator, state_of(generator)) for generator in generators]),
    )
