"""Writing a program's handwritten gradients: the whole backward section, or those that are missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace as with_other
from functools import partial
from itertools import count

from msgspec.structs import replace

from ..execution.session import Session
from ..execution.silence import silenced
from ..program.blanked import blankable, blanked
from ..program.program import Program
from ..program.reading import read_again, with_calls_whole
from ..program.scopes import functions_of
from ..rules.derivation.derive import Derivation, Derived, wanted_leaves
from .answer import Written
from .by_convention import Task, kept_to, sentence
from .convention import renamed
from .in_sight import in_sight
from .placement import CannotPlace, holes, with_backward, with_gradients
from .rehearsal import Rehearsed, settled
from .study import CannotStudy, Study, study
from .writing_functions import WithFunctions, caches_of, wrong_outside


def write(program: Program, *, missing: bool = False, seed: int = 0) -> Written:
    """The program with every gradient written, or with `missing` only those that it has not.

    Every gradient that is written was confirmed by autograd, and in its place by the line check.

    Raises:
        CannotStudy: the program does not run as far as its loss, or nothing can be derived.
    """
    if program.unwritable:
        raise CannotStudy(program.unwritable)
    try:
        if program.takes_calls_apart:
            return _with_functions(program, missing=missing, seed=seed)
        studied = study(program, seed)
        with silenced():
            return _written(studied, missing=missing)
    except CannotPlace as problem:
        raise CannotStudy(f"its gradients cannot be written: {problem}") from None


def _with_functions(program: Program, *, missing: bool, seed: int) -> Written:
    """The lines of functions, each in its function; then what the backward writes beside its calls."""
    functions = WithFunctions(program, seed)
    with silenced():
        functions.fill(missing=missing)
        filled = functions.program
        wrong = [] if missing else wrong_outside(filled, seed)
        studied = study(with_calls_whole(filled), seed)
        names = [name for name in _missing(studied) if filled.naming.tensor(name) not in caches_of(filled)]
        names = names if _asked_for(studied) & {*names} else []
        written = _completed(studied, [*names, *wrong])
    return replace(written, unwritten={**functions.unwritten, **written.unwritten})


def _written(studied: Study, *, missing: bool) -> Written:
    program, seed = studied.program, studied.session.seed
    if missing:
        return _completed(studied, _missing(studied))
    if _stands_in_several(program):
        names = blankable(program, studied.session.facts.candidates.keys())
        anew = study(read_again(program, blanked(program, names), path=program.path), seed)
        return _completed(anew, _missing(anew))
    wanted = [*own_gradients(studied).gradients.values()]
    result = settled(program, wanted, lambda these, _: with_backward(program, these), seed, movable=False)
    return Written(result.placed.text, result.unwritten)


def _completed(studied: Study, wanted: Sequence[str]) -> Written:
    """The program with some of its gradients written, in the place of what stands for them."""
    program = studied.program
    result = kept_to(task_of(studied, wanted)).result
    told = sentence(result.judged, program.naming)
    left = {name: _no_tensor(program, name) for name in holes(program) if name not in wanted}
    return Written(result.placed.text, {**result.unwritten, **left}, told)


def _asked_for(studied: Study) -> frozenset[str]:
    """The gradients that the program reads, or marks as missing, and those of the parameters."""
    found = studied.session.facts.holes
    return found.marked.union(found.absent, map(studied.program.naming.gradient, studied.session.parameters))


def _stands_in_several(program: Program) -> bool:
    """Whether they are written partly in a function that makes the loss, partly where it is called."""
    section = program.section("backward")
    if program.found is None or section is None:
        return False
    return len(functions_of([node.lineno for node in section.tree.body], program.text)) > 1


def _no_tensor(program: Program, name: str) -> str:
    tensor = program.naming.tensor(name)
    return f"the loss is made from no tensor {tensor}" if tensor else "no tensor goes with its name"


def _missing(studied: Study) -> list[str]:
    """The gradients that a program has not."""
    there = studied.session.facts.candidates.keys() - holes(studied.program).keys()
    loss = studied.derivation.loss
    read = {*holes(studied.program), *studied.session.facts.holes.absent}
    first = [loss.name] if loss is not None and loss.name in read else []
    names = [one.name for one in own_gradients(studied).gradients.values()]
    return [*first, *(name for name in names if name not in there)]


def task_of(studied: Study, wanted: Collection[str]) -> Task:
    """Some gradients of a program to be written, in the place of the lines that it has for them."""
    derivation = own_gradients(studied)
    parameters = map(studied.program.naming.gradient, wanted_leaves(studied.session))
    return Task(derivation, tuple(wanted), frozenset(parameters), partial(_rehearse, studied, wanted))


def _rehearse(studied: Study, wanted: Collection[str], derivation: Derivation) -> Rehearsed:
    program, session, loss = studied.program, studied.session, derivation.loss
    found = [one for one in derivation.gradients.values() if one.name in wanted]
    if loss is not None and loss.name in wanted:
        found.insert(0, loss)
    anew = session.facts.candidates.keys() & set(wanted) - holes(program).keys()
    place = partial(with_gradients, program, anew=anew)
    return settled(program, found, place, session.seed, movable=True)


def own_gradients(studied: Study) -> Derivation:
    """The gradients that are asked for, by names that the program has free."""
    derivation = studied.derivation
    own = {tensor: one for tensor, one in derivation.gradients.items() if _is__asked_for(studied, one)}
    others = _other_names(studied.session, own.values())
    gradients = {tensor: in_sight(studied.program, renamed(one, others)) for tensor, one in own.items()}
    return with_other(derivation, gradients=gradients)


def _is__asked_for(studied: Study, derived: Derived) -> bool:
    """Whether the loss depends on the tensor, or the program mentions its gradient."""
    found = studied.program.found
    if found is not None and derived.name in found.given:
        return False
    if derived.tensor not in studied.iteration.references.unreached:
        return True
    return any(derived.name in (*s.binds, *s.reads) for s in studied.program.statements)


def _other_names(session: Session, gradients: Iterable[Derived]) -> dict[str, str]:
    """Names for the gradients whose own name the program uses for something else."""
    program, early = session.program, session.roles.early
    taken = {name for s in program.statements if s.section != "backward" for name in s.binds}
    taken -= {name for s in program.statements if s.section == "backward" for name in s.binds}
    return free_names(program, [derived for derived in gradients if derived.name in taken - early])


def free_names(program: Program, gradients: Iterable[Derived]) -> dict[str, str]:
    """For gradients by their names, names that the program does not use."""
    used = {name for s in program.statements for name in (*s.binds, *s.reads)}
    return {one.name: next(free for free in _names(one.tensor) if free not in used) for one in gradients}


def _names(tensor: str) -> Iterator[str]:
    yield f"grad_{tensor}"
    yield from (f"grad_{tensor}_{number}" for number in count(2))
