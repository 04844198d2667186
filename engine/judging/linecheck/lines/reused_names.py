"""Names that stand for more than one gradient: `dh *= mask`, or one that every pass of a loop binds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise

from ....execution.gradients.execution_path import Steps
from ....execution.iteration import Iteration
from ....execution.session import Session
from ....program.naming import NamingScheme
from ....program.program import Program
from .clipping import clipped_after
from .outcome import LineCheck

_TRIED = 8
"""How many places a gradient may be complete at are tried; every one costs a check."""


def many(iteration: Iteration, program: Program, name: str) -> str:
    """Why nothing is said of an ambiguous gradient."""
    if reason := overwritten(program).get(name):
        return reason
    times = Counter(
        (step.statement.section, bound)
        for step in iteration.steps
        for bound in (*step.statement.binds, *step.statement.changes)
    )
    tensor = program.naming.tensor(name)
    return (
        f"a loop binds {tensor} {times['forward', tensor]} times in the forward and {name} "
        f"{times['backward', name]} times in the backward: which belongs to which is not known"
    )


def overwritten(program: Program) -> Mapping[str, str]:
    """Gradients of tensors that the forward overwrites with what another name stands for, and why not judged.

    After `h = torch.relu_(z)` z is h, and dz may be the gradient of either.
    """
    found = {}
    for statement in program.statements:
        if statement.section == "forward" and statement.binds:
            for name in set(statement.changes).difference(statement.binds):
                bound = ", ".join(statement.binds)
                gradient = program.naming.gradient(name)
                found[gradient] = (
                    f"line {statement.line} changes {name} in place and binds {bound}: "
                    f"whether {gradient} belongs to it before or after is not known"
                )
    return found


def ambiguous(steps: Steps, names: tuple[str, ...], naming: NamingScheme) -> frozenset[str]:
    """Gradients that a loop binds again and again, of tensors that the forward does so too.

    The last value of such a gradient belongs to another pass than the last value of its tensor.
    """
    forward: Counter[str] = Counter()
    backward: Counter[tuple[int, str]] = Counter()
    for statement, _ in steps:
        if statement.section == "forward":
            forward.update(statement.binds)
        elif statement.section == "backward":
            backward.update((statement.number, name) for name in statement.binds)
    again = {name for (_, name), count in backward.items() if count > 1}
    return frozenset(name for name in names if name in again and forward[naming.tensor(name)] > 1)


def settled(
    first: LineCheck,
    turns: Mapping[str, tuple[int, ...]],
    clips: Mapping[str, int],
    judged: Callable[[Mapping[str, int]], LineCheck],
) -> dict[str, int]:
    """After how many writes gradients are complete, where that accuses the fewest, and the fewest raise.

    `turns` says after how many writes each may be, `clips` after how many it is clipped, as others may be
    together with it; `judged` checks with some complete that early. Where nothing is gained, a gradient is
    what its name holds in the end, unless it is clipped and read no more: what is wrong is what is clipped.
    """
    best, chosen = first, dict[str, int]()
    if len(clips) > 1 and (found := judged(clips)).told < best.told:
        best, chosen = found, dict(clips)
    for name in turns:
        for writes in turns[name]:
            if name not in best.accused:
                break
            trial = {**chosen, name: writes}
            found = judged(trial)
            if found.told < best.told:
                best, chosen = found, trial
    clipped = {name: count for name, count in clips.items() if name in best.accused}
    if clipped and judged(trial := {**clipped, **chosen}).told <= best.told:
        return trial
    return chosen


def turning_points(session: Session, iteration: Iteration, check: LineCheck) -> dict[str, tuple[int, ...]]:
    """After how many writes an accused gradient may be complete: what its name holds later is something else.

    Only where a line of another gradient reads it later on, where the forward binds its tensor again, too,
    or where all that comes later clips it. The gradients of parameters are read after the backward: they
    are what they are in the end, clipped or not.
    """
    again = bound_again(session.program)
    turns = {name: _turns(session, iteration, check, name, name in again) for name in sorted(check.accused)}
    return {name: counts for name, counts in turns.items() if counts}


def clips_of(iteration: Iteration, check: LineCheck) -> dict[str, int]:
    """After how many writes gradients are complete that all later ones clip; none where none is accused.

    Not those that a line reads later on: what it reads is no gradient.
    """
    if not check.accused:
        return {}
    counts = {
        name: next((n for n in _changing(iteration, name) if clipped_after(iteration, name, n)), 0)
        for name in check.judgements
    }
    return {name: count for name, count in counts.items() if count and not _is_read(iteration, name, count)}


def _is_read(iteration: Iteration, name: str, count: int) -> bool:
    """Whether a line of the backward that leaves a gradient as it is reads it after so many writes."""
    steps = iteration.path.steps[iteration.gradients[name].writes[count] + 1 :]
    later = [statement for statement, _ in steps if statement.section == "backward"]
    return any(name in one.reads and name not in one.writes for one in later)


def bound_again(program: Program) -> frozenset[str]:
    """The gradients of tensors that the forward binds more than once, in no block."""
    section = program.section("forward")
    always = [one for one in (section.statements if section else ()) if one.always]
    bound = Counter(name for one in always for name in one.binds)
    return frozenset(program.naming.gradient(name) for name, count in bound.items() if count > 1)


def _turns(
    session: Session, iteration: Iteration, check: LineCheck, name: str, again: bool
) -> tuple[int, ...]:
    changing = _changing(iteration, name)
    readers = [other for other, one in check.judgements.items() if name in one.upstreams and other != name]
    ran = len(iteration.recorder.entries)
    last = max((max(iteration.gradients[one].writes, default=ran) for one in readers), default=-1)
    if again:
        last = ran
    kept = session.roles.parameter_gradients
    writes = iteration.gradients[name].writes if name in iteration.gradients else ()
    read = [count for count in reversed(changing) if name not in kept and writes[count] < last]
    clipped = [count for count in changing if count not in read and clipped_after(iteration, name, count)]
    return (*read[:_TRIED], *clipped[:1])


def _changing(iteration: Iteration, name: str) -> list[int]:
    """After how many writes of a gradient another statement than before writes it.

    What the forward writes of it is looked at once that is over.
    """
    writes = iteration.gradients[name].writes if name in iteration.gradients else ()
    statements = [iteration.statement_at(position) for position in writes]
    early = sum(statement.section == "forward" for statement in statements)
    pairs = enumerate(pairwise(statements), 1)
    return [index for index, (one, other) in pairs if one is not other and index >= early]
