"""What the text of a program tells of each of its iterations, found once."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from .handwritten import Handwritten, handwritten_of
from .names import loop_names
from .pairing import Candidate, candidates
from .program import ITERATED, KINDS, Program
from .random_draws import draws_nothing, draws_whole_numbers, lines_may_draw, may_draw_elsewhere
from .reachability import bound_anew, out_of_reach, reached_names
from .statements import Statement, is_backward
from .torch_operations import leaves_graph
from .unwritten import Holes, holes_of

_MENTION_OF_GRAD = re.compile(r"(?<!autograd)(?<!func)\.grad\b")


@dataclass(frozen=True, eq=False)
class ProgramFacts:
    """What follows from the text alone, whatever the program does when it runs."""

    program: Program

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
    def passing_parameters(self) -> frozenset[str]:
        """Names that stand for one parameter after another: those of the loops of the parameters section."""
        section = self.program.section("parameters")
        return loop_names(section.tree) if section is not None else frozenset()

    @cached_property
    def _bound(self) -> Mapping[str, tuple[str, ...]]:
        names = {kind: dict[str, None]() for kind in KINDS}
        for statement in self.program.statements:
            names[statement.section].update(dict.fromkeys(statement.binds))
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
    def calls_backward(self) -> bool:
        """Whether the program says `loss.backward()`, which fills `.grad` where it stands."""
        loss, statements = self.program.loss, self.program.statements
        return any(is_backward(s.node, loss) for s in statements if s.section in ITERATED)

    @cached_property
    def fills_grad_itself(self) -> bool:
        """Whether it has other calls of `.backward()`, in functions or of other tensors."""
        statements = sum(is_backward(s.node, self.program.loss) for s in self.program.statements)
        nodes = (node for section in self.program.sections for node in ast.walk(section.tree))
        return sum(map(_calls_backward, nodes)) > statements

    @cached_property
    def differentiates(self) -> bool:
        """Whether it says that it runs backward passes of its own."""
        return self.fills_grad_itself or "autograd" in self.program.text

    @cached_property
    def reads_grad(self) -> bool:
        """Whether it mentions `.grad` without such calls: it is then filled before the handwritten lines."""
        filled = self.calls_backward or self.fills_grad_itself
        return not filled and _MENTION_OF_GRAD.search(self.program.text) is not None

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

    @cached_property
    def lines_may_draw(self) -> bool:
        """Whether a handwritten line may draw random numbers."""
        return lines_may_draw(self.program)

    @cached_property
    def leaves_graph(self) -> bool:
        """Whether a value may reach the loss past autograd, on purpose: `w.detach()`."""
        forward = [section.tree for section in self.program.sections if section.kind in ("setup", "forward")]
        nodes = [node for tree in forward for node in ast.walk(tree)]
        names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        return any(map(leaves_graph, names | {node.id for node in nodes if isinstance(node, ast.Name)}))

    @cached_property
    def draws_nothing(self) -> bool:
        """Whether no iteration can draw random numbers: False in doubt."""
        return draws_nothing(self.program)

    @cached_property
    def draws_whole_numbers(self) -> bool:
        """Whether an iteration can draw no others, the same in any precision: False in doubt."""
        return draws_whole_numbers(self.program)

    @cached_property
    def may_draw_elsewhere(self) -> bool:
        """Whether it may draw from another generator than torch's."""
        return may_draw_elsewhere(self.program)


def _calls_backward(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
    )


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
    return {line: tuple(statements) for line, statements in by_line.items()}
