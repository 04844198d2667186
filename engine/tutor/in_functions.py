"""Gradients that functions write: each told once for all calls, in the names of the function."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from ..program.frame import MARK, Frame, ids_in, in_function, is_inside, own_name, suffix_of
from ..program.frames.own_names import NotInSight, OwnNames, read_in
from ..program.frames.plain_functions import locals_of
from ..program.program import Program
from ..program.statements import Statement
from ..rules.derivation.derive import Derivation, Derived

_OF_ITS_SHAPE = r"{0}\.(?:shape\b|numel\(|size\()|\b(?:len|expand_as|zeros_like|ones_like)\({0}\)"
"""Where nothing but the shape of a tensor is read."""


@dataclass(frozen=True)
class Place:
    """Where the line of a gradient stands: in a call, or, without one, in the backward itself."""

    tensor: str
    """The tensor whose gradient the line computes."""
    gradient: str
    """What the engine calls the gradient."""
    frame: Frame | None
    words: str
    """What the gradient is called: `db in affine_backward`."""
    computed: int | None = None
    """The line of the `return`, or of the call, that computes it, where no line of its own does."""


@dataclass(frozen=True, eq=False)
class InFunctions:
    """The derived gradients of a program by the functions in which their lines stand."""

    program: Program
    derivation: Derivation

    @cached_property
    def names(self) -> OwnNames:
        """What everything is called in the functions."""
        return OwnNames(self.program)

    def place(self, tensor: str) -> Place:
        """Where the line of a tensor's gradient stands."""
        gradient = self._gradient(tensor)
        giving = [s for s in self.program.statements if gradient in s.binds]
        frame = self.names.frames.get(suffix_of(gradient)) if gradient in self._mentioned else None
        if frame is not None and gradient in frame.given:
            return Place(tensor, gradient, frame.around, in_function(gradient), frame.line)
        if len(giving) == 1 and giving[0].returns and giving[0].frame is not None:
            return self._returned(tensor, gradient, giving[0], giving[0].frame)
        if len(giving) == 1 and giving[0].hands_on and len(giving[0].reads) == 1:
            (source,) = giving[0].reads
            below = self.program.naming.tensor(source)
            if is_inside(source) and below in self.derivation.gradients and below != tensor:
                return self.place(below)
        if frame is not None:
            return Place(tensor, gradient, frame, in_function(gradient))
        return Place(tensor, gradient, None, self.names.name(None, gradient))

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """The names that statements write or read."""
        return frozenset(name for s in self.program.statements for name in (*s.writes, *s.reads))

    @cached_property
    def inside(self) -> list[Place]:
        """The lines of functions, each with one of its calls."""
        places = [self.place(name) for name in self.derivation.gradients if is_inside(name)]
        own = [place for place in places if place.frame is not None and place.computed is None]
        return list({place.words: place for place in reversed(own)}.values())[::-1]

    def reason(self, place: Place) -> str:
        """Why a line cannot be told; '' where it can, with those that it needs, in some call."""
        reasons = [self._reason(call) for call in self.calls(place)]
        return "" if "" in reasons else next(iter(reasons), "")

    def _reason(self, place: Place) -> str:
        every = [self.derived(needed) for needed in self.with_needed(place)]
        return next((one.reason for one in every if not one.lines), "")

    def calls(self, place: Place) -> list[Place]:
        """The places of a line in all calls of its function, itself among them."""
        if place.frame is None or place.computed is not None:
            return [place]
        words = in_function(place.gradient)
        every = map(self.place, self.derivation.gradients)
        found = {one.gradient: one for one in every if one.words == words and is_inside(one.gradient)}
        return sorted(found.values(), key=lambda one: one.frame.call if one.frame is not None else 0)

    def derived(self, place: Place) -> Derived:
        """The gradient as its line would stand there; without lines where they would read too much."""
        derived = self.derivation.gradients[place.tensor]
        uses = [
            replace(use, upstream=use.upstream and self.names.name(place.frame, use.upstream))
            for use in derived.contributions
        ]
        name = own_name(derived.name) if place.computed else self.names.name(place.frame, derived.name)
        own = replace(derived, name=name, contributions=uses)
        if place.frame is None and not any(map(is_inside, (name, *derived.lines))):
            return own
        try:
            lines = self.names.lines(place.frame, self._of_their_shapes(derived, place.frame))
        except NotInSight as problem:
            return own.without_lines(str(problem))
        start = f"{name} = "
        if place.computed and lines and not lines[0].startswith(start):
            lines = (start + lines[0].partition(" = ")[2], *lines[1:])
        have = locals_of(self.names.function(place.frame)) if place.frame is not None else frozenset[str]()
        return replace(own, lines=lines, others=have & read_in(lines))

    def _of_their_shapes(self, derived: Derived, frame: Frame | None) -> tuple[str, ...]:
        """Its lines, with a gradient in the place of a tensor of its shape, where that is all they read."""
        code, values = "\n".join(derived.lines), self.derivation.names
        for name in [one for one in ids_in(code) if not self.names.is_there(frame, one)]:
            whole = re.compile(rf"{re.escape(name)}(?![\w{MARK}])")
            shape = getattr(values.get(name), "shape", None)
            alike = [
                use.upstream
                for use in derived.contributions
                if getattr(values.get(use.target), "shape", ()) == shape
            ]
            only = re.compile(_OF_ITS_SHAPE.format(whole.pattern))
            if alike and len(whole.findall(code)) == len(only.findall(code)):
                code = whole.sub(lambda _, other=alike[0]: other, code)  # type: ignore[misc]
        return tuple(code.split("\n"))

    def with_needed(self, place: Place) -> list[Place]:
        """The place of a line below those of the gradients that it needs and that its function has not."""
        if place.frame is None:
            return [place]
        have = locals_of(self.names.function(place.frame))
        found, queue = {place.tensor}, [place.tensor]
        while queue:
            for use in self.derivation.gradients[queue.pop()].contributions:
                if self._lacks(use.target, place.frame, have) and use.target not in found:
                    found.add(use.target)
                    queue.append(use.target)
        return [self._inside(tensor, place) for tensor in self.derivation.gradients if tensor in found]

    def _lacks(self, tensor: str, frame: Frame, have: Iterable[str]) -> bool:
        twin, derived = self.names.twin(frame) or frame, self.derivation.gradients.get(tensor)
        if derived is None or suffix_of(tensor) != twin.suffix:
            return False
        return suffix_of(derived.name) == twin.suffix and own_name(derived.name) not in have

    def _inside(self, tensor: str, place: Place) -> Place:
        gradient = self._gradient(tensor)
        return replace(place, tensor=tensor, gradient=gradient, words=own_name(gradient))

    def _returned(self, tensor: str, gradient: str, statement: Statement, frame: Frame) -> Place:
        """That of what a function computes in its `return`."""
        uses = self.derivation.gradients[tensor].contributions
        inner = uses[0].target if len(uses) == 1 and not uses[0].uses else tensor
        inner = inner if inner in self.derivation.gradients else tensor
        return Place(inner, gradient, frame, f"what {frame.function} returns", statement.line)

    def _gradient(self, tensor: str) -> str:
        return self.derivation.gradients[tensor].name
