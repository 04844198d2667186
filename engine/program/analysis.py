"""What the text of a program tells of each of its iterations, found once."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from .around import HIDDEN
from .autograd_use import AutogradUse
from .frames.passed_on import passed_on
from .handwritten import Handwritten, handwritten_of
from .items.places import Held, held_in
from .names import loop_names
from .pairing import Candidate, candidates
from .program import KINDS, Program
from .random_draws import RandomDraws
from .reachability import bound_anew, out_of_reach, reached_names, read_in_functions
from .statements import Statement
from .unwritten import Holes, holes_of


@dataclass(frozen=True, eq=False)
class ProgramFacts:
    """What follows from the text alone, whatever the program does when it runs."""

    program: Program

    @cached_property
    def draws(self) -> RandomDraws:
        """Which random numbers it may draw."""
        return RandomDraws(self.program)

    @cached_property
    def autograd(self) -> AutogradUse:
        """What it has autograd do by itself."""
        return AutogradUse(self.program)

    @cached_property
    def candidates(self) -> Mapping[str, Candidate]:
        """The gradients that the program writes, by name."""
        return candidates(self.program, self.handwritten)

    @cached_property
    def handwritten(self) -> Handwritten:
        """What builds the gradients: the backward, and what the forward writes for it."""
        return handwritten_of(self.program)

    @cached_property
    def written_tensors(self) -> tuple[str, ...]:
        """The names of the tensors, if there are such, whose gradients the program writes."""
        return tuple(candidate.tensor for candidate in self.candidates.values())

    @cached_property
    def passed_on(self) -> frozenset[Statement]:
        """What unpacks in a call what the forward has kept for it: `x, w = cache`; no gradient is in that."""
        return passed_on(self.program, self.handwritten)

    @cached_property
    def holes(self) -> Holes:
        """The gradients that no line writes."""
        return holes_of(self.program)

    def bound(self, kind: str) -> tuple[str, ...]:
        """The names that a section binds, in the order of their first binding."""
        return self._bound[kind]

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """The names that may be parameters."""
        found = self.program.parameters
        return self.bound("parameters") if found is None else found

    @cached_property
    def held_in_forward(self) -> Held:
        """The items of dictionaries that the forward names."""
        section = self.program.section("forward")
        return held_in([section.tree] if section is not None else [])

    @cached_property
    def handed_on(self) -> frozenset[str]:
        """Names of the forward that stand for all that they hold: functions may read any of it."""
        section = self.program.section("forward")
        nodes = ast.walk(section.tree) if section is not None else ()
        return read_in_functions(self.program).union(node.id for node in nodes if isinstance(node, ast.Name))

    @cached_property
    def unwritten(self) -> bool:
        """Whether no gradient is written yet: there are only holes, and dictionaries to put them into."""
        return all(one.holes or _makes_dictionary(one.node) for one in self.handwritten.statements)

    @cached_property
    def filled_unseen(self) -> frozenset[str]:
        """Names of all that handwritten lines may fill under keys that they do not name."""
        nodes = [part for one in self.handwritten.statements for part in ast.walk(one.node)]
        return frozenset(
            part.id for part in nodes if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
        )

    @cached_property
    def passing_parameters(self) -> frozenset[str]:
        """Names that stand for one parameter after another: those of the loops of the parameters section."""
        section = self.program.section("parameters")
        return loop_names(section.tree) if section is not None else frozenset()

    @cached_property
    def _bound(self) -> Mapping[str, tuple[str, ...]]:
        names = {kind: dict[str, None]() for kind in KINDS}
        for statement in self.program.statements:
            names[statement.section].update(
                dict.fromkeys(name for name in statement.binds if not name.startswith(HIDDEN))
            )
        return {kind: tuple(bound) for kind, bound in names.items()}

    @cached_property
    def graph_names(self) -> frozenset[str]:
        """Tensors that are to have a graph because their gradient is written.

        Not those that the forward writes into: a leaf that requires grad refuses that.
        """
        return frozenset(self.written_tensors) - self.changed_in_forward

    @cached_property
    def changed_in_forward(self) -> frozenset[str]:
        """Names whose values the forward changes in place."""
        forward = self.program.section("forward")
        return frozenset(name for s in (forward.statements if forward else ()) for name in s.changes)

    @cached_property
    def own_nodes(self) -> frozenset[str]:
        """What stands for parameters of functions in calls of the forward: of a tensor's gradient, a part."""
        forward = self.program.section("forward")
        frames = {s.frame for s in (forward.statements if forward else ()) if s.frame is not None}
        given = frozenset(name for frame in frames for name in frame.given)
        return given & self.graph_names

    @cached_property
    def statements_by_line(self) -> Mapping[int, tuple[Statement, ...]]:
        """The statements on every line; the header of a block stands for the first one inside."""
        return _statements_by_line(self.program)

    @cached_property
    def read_in_forward(self) -> frozenset[str]:
        """Names that statements of the forward read."""
        forward = self.program.section("forward")
        return frozenset(name for s in (forward.statements if forward else ()) for name in s.reads)

    @cached_property
    def reached_names(self) -> frozenset[str]:
        """Names that the forward, the handwritten lines or a function may read."""
        return reached_names(self.program)

    @cached_property
    def out_of_reach(self) -> frozenset[str]:
        """Names that no iteration can read or change."""
        return out_of_reach(self.program)

    @cached_property
    def bound_anew(self) -> frozenset[str]:
        """Names that every iteration binds before it reads them."""
        return bound_anew(self.program)


def _statements_by_line(program: Program) -> Mapping[int, tuple[Statement, ...]]:
    by_line: dict[int, list[Statement]] = {}
    for section in program.sections:
        by_top: dict[int, list[Statement]] = {}
        for statement in section.statements:
            by_top.setdefault(statement.top, []).append(statement)
            for line in range(statement.line, statement.end_line + 1):
                by_line.setdefault(line, []).append(statement)
        for top, node in enumerate(section.tree.body):
            inside = sorted(by_top.get(top, []), key=lambda statement: statement.line)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                at = bisect_left(inside, line, key=lambda statement: statement.line)
                if at < len(inside) and program.lines[line - 1].strip():
                    by_line.setdefault(line, [inside[at]])
    return {line: _stepped(statements) for line, statements in by_line.items()}


def _stepped(statements: list[Statement]) -> tuple[Statement, ...]:
    """The statements of a line; of one in a function that is stepped, those of its calls alone."""
    inside = [one for one in statements if one.frame is not None and not one.hands_on]
    return tuple(inside or statements)


def _makes_dictionary(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
