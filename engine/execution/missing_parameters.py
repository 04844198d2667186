"""Why a program has no parameters: what stands where they would be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy
from torch import Tensor, nn

from ..program.analysis import ProgramFacts
from ..tensors.aliasing import Namespace
from ..tensors.inert import attributes_of, is_a, is_any, is_tensor, name_of_type


def no_parameters(namespace: Namespace, facts: ProgramFacts) -> str:
    """A sentence with what was taken for what."""
    names = dict.fromkeys((*facts.parameter_names, *facts.written_tensors, *sorted(facts.read_in_forward)))
    taken = [*_arrays([name for name in names if is_a(namespace.get(name), numpy.ndarray)])]
    taken += [words for name in names for words in _told(name, namespace.get(name))]
    where = "in `# %% parameters`" if facts.program.found is None else "before the loop"
    wanted = f"bind at least one floating tensor {where}"
    return f"there are no parameters: {'; '.join([*taken[:3], wanted])}"


def _arrays(names: list[str]) -> Iterable[str]:
    """That some names are NumPy arrays, in one sentence."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) > 1:
        quoted = [f"{', '.join(quoted[:-1])} and {quoted[-1]} are NumPy arrays"]
    elif quoted:
        quoted = [f"{quoted[0]} is a NumPy array"]
    return [f"{words}, and NumPy programs cannot be stepped yet" for words in quoted]


def _told(name: str, value: Any) -> Iterable[str]:
    """What a name is, where it is something that parameters are often in."""
    if is_a(value, nn.Module):
        first = next((f", as `{name}.{inner}`," for inner, _ in value.named_parameters()), "")
        yield f"`{name}` is a Module, and what it holds{first} is not followed yet"
    elif is_any(value, (dict, list, tuple)):
        held = [*value.values()] if is_a(value, dict) else [*value]
        if any(is_any(one, (Tensor, numpy.ndarray)) for one in held):
            if is_a(value, dict):
                yield f"`{name}` is a dictionary, and no line writes a gradient of what it holds by its key"
            else:
                yield f"`{name}` is a {name_of_type(value)}, and the tensors in it are not followed yet"
    elif not callable(value):
        held = [inner for inner, one in (attributes_of(value) or {}).items() if is_tensor(one)]
        if held and not is_tensor(value):
            kind = name_of_type(value)
            yield f"`{name}` is a {kind}, and what it holds, as `{name}.{held[0]}`, is not followed yet"
