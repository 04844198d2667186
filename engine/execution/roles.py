"""What the names of a program stand for, once its setup and parameters have run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..program.analysis import ProgramFacts
from ..tensors.aliasing import Namespace
from ..tensors.inert import is_given_name, is_tensor
from .carried_over import graphs_within
from .course import POSITIONS
from .failure import ProgramFault
from .gradients.reference_backward import require_parameters
from .missing_parameters import no_parameters
from .namespace import modules_beside


@dataclass(frozen=True, eq=False)
class Roles:
    """Which names are parameters, which are data, which may have a gradient; none before anything has run."""

    parameters: tuple[str, ...] = ()
    shapes: Mapping[str, torch.Size] = field(default_factory=dict)
    """The shapes that the parameters began with."""
    parameter_gradients: tuple[str, ...] = ()
    """The names of their gradients: the update reads these."""
    data: frozenset[str] = frozenset()
    data_to_differentiate: tuple[str, ...] = ()
    """Data whose gradient is written."""
    differentiated: tuple[str, ...] = ()
    """Everything that may have a gradient: parameters, intermediates and such data, no gradient itself."""
    early: frozenset[str] = frozenset()
    """Gradients that the forward writes."""
    defined: frozenset[str] = frozenset()
    """Parameters and data: they mean something before the forward runs."""
    own: tuple[str, ...] = ()
    """Names that are Python's or ours."""
    stateless: frozenset[str] = frozenset()
    """Those, and names that every iteration binds before it reads them: nothing of theirs is state."""
    own_modules: frozenset[str] = frozenset()
    """The program itself and the modules beside it: what they hold is state."""
    graphs: tuple[Tensor, ...] = ()
    """Tensors of the beginning that were computed from others, with a graph."""


def roles_of(namespace: Namespace, facts: ProgramFacts) -> Roles:
    """The roles of what setup and parameters have bound.

    Raises:
        ProgramFault: there are no parameters.
    """
    names = (*facts.parameter_names, *_that_require_grad(namespace, facts))
    if not any(is_tensor(namespace.get(name)) for name in names):
        raise ProgramFault(no_parameters(namespace, facts))
    parameters = require_parameters(namespace, names, facts.passing_parameters)
    data = frozenset(namespace).difference(parameters)
    defined = data.union(parameters)
    differentiated_data = tuple(name for name in facts.written_tensors if name in data)
    every = dict.fromkeys((*parameters, *facts.bound("forward"), *differentiated_data))
    known = {*every, *defined}
    early = frozenset(one.name for one in facts.candidates.values() if one.early and one.tensor in known)
    own_modules = modules_beside(facts.program)
    own = tuple(name for name in namespace if not is_given_name(name) and name != POSITIONS)
    return Roles(
        parameters=parameters,
        shapes={name: namespace[name].shape for name in parameters},
        parameter_gradients=tuple(map(facts.program.naming.gradient, parameters)),
        data=data,
        data_to_differentiate=differentiated_data,
        differentiated=tuple(name for name in every if name not in early),
        early=early,
        defined=defined,
        own=own,
        stateless=(facts.bound_anew - defined).union(own),
        own_modules=own_modules,
        graphs=graphs_within(namespace.values(), own_modules),
    )


def _that_require_grad(namespace: Namespace, facts: ProgramFacts) -> list[str]:
    """Of a plain file, the leaves that require grad and that the forward reads."""
    if facts.program.found is None:
        return []
    known = {*facts.parameter_names, *facts.bound("forward")}
    names = [name for name in namespace if name in facts.read_in_forward and name not in known]
    return [name for name in names if _requires_grad(namespace[name])]


def _requires_grad(value: object) -> bool:
    return is_tensor(value) and value.is_leaf and value.requires_grad
