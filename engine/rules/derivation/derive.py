"""Every gradient of a program derived, written out, run as it would be shown and confirmed by autograd."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from ...execution.gradients.reference_backward import make_leaves
from ...execution.gradients.vjps import arrivals
from ...execution.heaviness import precisions, too_short
from ...execution.iteration import Iteration
from ...execution.raised import in_short
from ...execution.replay.world import World
from ...execution.session import Session
from ...program.items.kinds import Kinds
from ...program.items.places import parsed_lines
from ...program.naming import NamingScheme
from ...tensors.dtypes import with_precision
from ...tensors.held_names import AsideNames
from ...tensors.noise import normal_like
from ...tensors.vjp_agreement import agreement
from ...verdict import Verdict
from ..node import Node, Refused
from ..style import Style, styled
from ..trees import name as name_tree
from ..trees import template, text_of
from .function_calls import Functions
from .node_names import name_nodes, spelled_names
from .noting import bound_names
from .program_style import style_of
from .reverse_walk import TOO_LONG, Contribution, Walked, walk
from .traced_forward import Trace
from .written_lines import lines_of


@dataclass(frozen=True, eq=False)
class Derived:
    """One gradient: the lines that compute it, or why there are none."""

    name: str
    """`dW1`."""
    tensor: str
    lines: tuple[str, ...]
    contributions: Sequence[Contribution]
    reason: str = ""
    others: frozenset[str] = frozenset()
    """What its lines read that the lines around them bind, the gradients that come in aside."""

    def without_lines(self, reason: str) -> Derived:
        """The same gradient, not to be written."""
        return replace(self, lines=(), reason=reason)


@dataclass(frozen=True, eq=False)
class Derivation:
    """The gradients of a program in the order in which they can be computed."""

    gradients: Mapping[str, Derived]
    """By the name of the tensor."""
    names: Mapping[str, Any] = field(default_factory=dict)
    """What every name of the program stood for when the forward had run."""
    problem: str = ""
    """Why nothing could be derived at all."""
    loss: Derived | None = None
    """The gradient of the loss itself, which none of the others reads."""
    style: Style = field(default_factory=Style)
    """How the program spells things; more lines of it are written in this."""


def derive(session: Session, iteration: Iteration) -> Derivation:
    """Derive the gradient of every tensor of an iteration's forward. The session is afterwards as it was."""
    if iteration.loss is None:
        return Derivation({}, problem="the forward did not finish")
    affordable = precisions(iteration)
    problem = "" if affordable else too_short(iteration)
    for dtype in affordable:
        try:
            return _attempt(session, iteration, dtype)
        except Refused as refused:
            return Derivation({}, problem=refused.reason)
        except RecursionError:
            return Derivation({}, problem="the forward is nested too deeply to be followed")
        except Exception as error:
            problem = in_short(error)
    return Derivation({}, problem=problem)


def _attempt(session: Session, iteration: Iteration, dtype: torch.dtype | None) -> Derivation:
    with World(session, iteration.start, dtype) as world:
        return _derived(session, traced(world, session, wanted_leaves(session)))


def _derived(session: Session, trace: Trace) -> Derivation:
    names = bound_names(session.namespace)
    early = session.roles.early
    spelled = {text: name for text, name in spelled_names(trace).items() if name not in early}
    style = style_of(session.program, names, spelled)
    with styled(style):
        walked = walk(trace, wanted_leaves(session), session.program, early)
        tensors = {name: trace.names[name].value for name in walked.order}
        reached = walked.contributions.keys() | walked.refused.keys()
        cuts = _random_cuts({name: tensor for name, tensor in tensors.items() if name in reached})
        arrived = arrivals(session.namespace[session.program.loss], tensors, cuts)
        called = session.program.loss
        ones = text_of(template(f"torch.ones_like({called})"))
        name = session.program.naming.gradient(called)
        loss = Derived(name, called, (f"{name} = {ones}",), ())
        return Derivation(_confirmed(session, walked, arrived, cuts), names, loss=loss, style=style)


def _random_cuts(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Random upstream gradients: with the true ones, which may be zero, a wrong line could pass."""
    generator = torch.Generator().manual_seed(_SEED)
    wide = {name: with_precision(tensor.dtype, torch.float64) for name, tensor in tensors.items()}
    return {name: normal_like(tensor, generator, wide[name]) for name, tensor in tensors.items()}


_SEED = 20_011


def wanted_leaves(session: Session) -> frozenset[str]:
    """The parameters, and the data whose gradients the program writes or reads."""
    read = map(session.program.naming.tensor, session.facts.holes.absent)
    return frozenset(session.parameters).union(
        session.data.intersection([*session.facts.written_tensors, *read])
    )


def traced(world: World, session: Session, wanted: frozenset[str]) -> Trace:
    """The forward run in a world, every expression noted."""
    section = session.program.section("forward")
    assert section is not None
    make_leaves(session.namespace, session.parameters, wanted & session.data)
    functions = Functions(part.tree for part in session.program.sections)
    program = session.program
    trace = Trace(session.namespace, functions, program.filename, program.lines)
    trace.apart = session.roles.early
    with torch.enable_grad(), world.as_in_double():
        trace.run(section.tree.body)
    for name in wanted:
        # a parameter that the forward does not read has a gradient too: zero
        trace.names.setdefault(name, Node(name_tree(name), session.namespace.get(name), 0, {}))
    name_nodes(trace)
    return trace


def _confirmed(
    session: Session, walked: Walked, arrived: Mapping[str, Tensor], cuts: Mapping[str, Tensor]
) -> dict[str, Derived]:
    """Run every gradient's lines on random upstream gradients and compare with what autograd lets arrive."""
    namespace = AsideNames(session.namespace)
    kinds = session.program.kinds
    confirmed: dict[str, Derived] = {}
    strided: list[str] = []
    with torch.no_grad():
        for tensor in walked.order:
            derived = _viewable(_written(session.program.naming, tensor, walked, arrived[tensor]), strided)
            reason = derived.reason or _why_not(namespace, derived, arrived[tensor], kinds)
            if reason and not derived.reason and ".view(" in "".join(derived.lines):
                derived = _reshaped(derived, ".view(")
                reason = _why_not(namespace, derived, arrived[tensor], kinds)
            if reason:
                derived = derived.without_lines(reason)
            elif not namespace[derived.name].is_contiguous():
                strided.append(f"{derived.name}.view(")
            confirmed[tensor] = derived
            # what the loss does not use has a gradient of zero, and passes none on
            namespace[derived.name] = cuts[tensor] if tensor in cuts else torch.zeros_like(arrived[tensor])
    return confirmed


def _viewable(derived: Derived, strided: Sequence[str]) -> Derived:
    """A gradient whose memory is not in order cannot be viewed, only reshaped."""
    for text in strided:
        derived = _reshaped(derived, text)
    return derived


def _reshaped(derived: Derived, text: str) -> Derived:
    lines = tuple(line.replace(text, text.replace(".view(", ".reshape(")) for line in derived.lines)
    return replace(derived, lines=lines)


def _written(naming: NamingScheme, tensor: str, walked: Walked, reference: Tensor) -> Derived:
    derived = Derived(naming.gradient(tensor), tensor, (), walked.contributions.get(tensor, []))
    refused = walked.refused.get(tensor)
    if refused is not None:
        return derived.without_lines(refused.reason)
    if not derived.contributions:
        zeros = text_of(template("torch.zeros_like(x)", x=name_tree(tensor)))
        return replace(derived, lines=(f"{derived.name} = {zeros}",))
    try:
        lines = tuple(lines_of(derived.name, tensor, derived.contributions, tuple(reference.shape)))
    except Refused as refusal:
        return derived.without_lines(refusal.reason)
    if max(map(len, lines)) > _LONGEST:
        return derived.without_lines(TOO_LONG)
    return replace(derived, lines=lines)


_LONGEST = 300
"""A line of so many characters is none that a student would hand in."""


def _why_not(namespace: dict[str, object], derived: Derived, arrived: Tensor, kinds: Kinds) -> str:
    """Why the lines, run as they would be shown, do not compute the gradient; empty where they do."""
    try:
        for line in derived.lines:
            module = ast.Module(body=parsed_lines(line, kinds), type_ignores=[])
            exec(compile(module, "<derived>", "exec", dont_inherit=True), namespace)
    except Exception as error:
        return f"the line that the rules give raises {in_short(error)}"
    verdict = agreement(namespace[derived.name], arrived, upstream=1.0).verdict
    if verdict not in (Verdict.RIGHT, Verdict.NOT_EXERCISED):
        return "autograd does not confirm the line that the rules give"
    return ""
