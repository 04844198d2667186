"""What the names of a program stand for, once its setup and parameters have run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from ..program.analysis import ProgramFacts
from ..program.program import Program
from ..tensors.aliasing import Namespace
from ..tensors.held_names import all_names
from ..tensors.inert import is_given_name, is_tensor
from .carried_over import graphs_within
from .course import POSITIONS
from .failure import ProgramFault
from .gradients.reference_backward import require_parameters
from .held_parameters import with_items
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
    names = with_items(namespace, facts, (*facts.parameter_names, *_that_require_grad(namespace, facts)))
    if not any(is_tensor(namespace.get(name)) for name in names):
        raise ProgramFault(no_parameters(namespace, facts))
    names_there = all_names(namespace)
    parameters = require_parameters(namespace, names, facts.passing_parameters)
    own = tuple(name for name in namespace if not is_given_name(name) and name != POSITIONS)
    begun = Roles(
        parameters=parameters,
        shapes={name: namespace[name].shape for name in parameters},
        data=frozenset(names_there).difference(parameters),
        defined=frozenset(names_there).union(parameters),
        own=own,
        graphs=graphs_within(namespace.values(), modules_beside(facts.program)),
    )
    return roles_under(begun, facts)


def roles_under(begun: Roles, facts: ProgramFacts) -> Roles:
    """The roles of what setup and parameters have bound, where these lines go on from there."""
    differentiated_data = tuple(name for name in facts.written_tensors if name in begun.data)
    every = dict.fromkeys((*begun.parameters, *facts.bound("forward"), *differentiated_data))
    known = {*every, *begun.defined}
    early = frozenset(one.name for one in facts.candidates.values() if one.early and one.tensor in known)
    return replace(
        begun,
        parameter_gradients=tuple(map(facts.program.naming.gradient, begun.parameters)),
        data_to_differentiate=differentiated_data,
        differentiated=tuple(name for name in every if name not in early),
        early=early,
        stateless=(facts.bound_anew - begun.defined).union(begun.own),
        own_modules=modules_beside(facts.program),
    )


def left_behind(namespace: Namespace, before: Program, after: Program, roles: Roles) -> list[str]:
    """The names that are bound only as lines of one text have run, and mean nothing to those of another."""
    bound, again = ({name for s in program.statements for name in s.binds} for program in (before, after))
    gone = (roles.stateless | (bound - again)) - roles.defined - {*roles.own}
    return [name for name in namespace if name in gone]


def _that_require_grad(namespace: Namespace, facts: ProgramFacts) -> list[str]:
    """Of a plain file, the leaves that require grad and that the forward reads."""
    if facts.program.found is None:
        return []
    known = {*facts.parameter_names, *facts.bound("forward")}
    names = [name for name in namespace if name in facts.read_in_forward and name not in known]
    return [name for name in names if _requires_grad(namespace[name])]


def _requires_grad(value: object) -> bool:
    return is_tensor(value) and value.is_leaf and value.requires_grad
