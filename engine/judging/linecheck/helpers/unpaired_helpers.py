"""Errors in what no name pairs with a tensor, found by value.

Every helper variable of a right backward is the gradient of something in autograd's graph, or it is data.
So where gradients are wrong that are made from helpers, the values of these are looked for in the graph,
pass by pass of their loops. The first that equals nothing there is suspected, and it is accused if all that
is made from it comes out right once it is given the gradient of some place in the graph. Where every one
equals something, one may be the gradient of something else than what reads it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ....program.statements import Statement
from ....program.torch_operations import allocates
from ....tensors.differences import entry_differences
from ....tensors.inert import is_tensor
from ....verdict import Verdict
from ..lines.chosen_entries import number_put
from ..lines.dependence import read_through
from ..lines.helper_lines import HelperLine, adds_up, building_before
from ..lines.helper_places import Place, Spot, WrongHelper
from ..lines.written_entries import able_alone
from ..passes.blame import Results
from ..passes.quick_pass import QuickPass
from .flows import equal
from .helper_search import Search, put_off, search_of
from .sensitivity import Sensitivity, sensitivity
from .spots import latest_first, words_of
from .watched_helpers import Run, Scene

_ROUNDING = 1e-9


def blamed_by_value(quick: QuickPass, results: Results) -> tuple[Results, WrongHelper | None]:
    """The results with the blame taken by a helper line that is wrong, and that; None where there is none.

    A line that may be wrong but is not certain to be takes no blame: a single line of a gradient reads it,
    and that may be wrong as well.
    """
    suspects = frozenset(name for name, one in results.agreements.items() if one.verdict.accuses)
    search = search_of(quick, results, suspects) if suspects and quick.attempt.dtype is not None else None
    if search is None:
        return results, None
    for one in (search, put_off(search)):
        for line in _suspected(one):
            if (found := _found(one, line)) is not None:
                wrong, (place, run) = _behind_more(one, line, found)
                return _with_blame(one, results, wrong, run), _told(one, wrong, place, run)
    for line in _unknown(search):
        if (found := _found(search, line)) is not None:
            return results, replace(_told(search, line, *found), certain=False)
    return results, None


def _behind_more(
    search: Search, line: HelperLine, found: tuple[Place, Run]
) -> tuple[HelperLine, tuple[Place, Run]]:
    """The same, or a line that binds what arrives somewhere, where that explains more wrong gradients."""
    spoiled = search.made[line] & search.wrong
    for other in _several(search):
        if search.made[other] & search.wrong > spoiled and (more := _found(search, other)) is not None:
            return other, more
    return line, found


def _found(search: Search, line: HelperLine) -> tuple[Place, Run] | None:
    """Where the gradients flow that a line ought to bind, and what comes of it when it does."""
    for place in _places(search, line):
        run = _repaired(search, search.own, line, place)
        if run is not None and all(_holds(search, one, line, place) for one in search.moved):
            return place, run
    return None


def _holds(search: Search, scene: Scene, line: HelperLine, place: Place) -> bool:
    """Whether that is so in a moved world as well; where its passes are others, nothing is complete there."""
    written = scene.run((line,), {}).values
    return not search.made[line] <= written.keys() or _repaired(search, scene, line, place) is not None


def _unknown(search: Search) -> list[HelperLine]:
    """The lines in the order in which one first binds what arrives nowhere, and is not to be filled."""
    arrives = search.own.flows.arrives
    unknown = dict.fromkeys(one.line for one in search.before.seen if not arrives(one.value))
    return [line for line in unknown if not _makes_memory(line, unknown)]


def _makes_memory(line: HelperLine, lines: Iterable[HelperLine]) -> bool:
    """Whether a line makes what another line then fills."""
    filled = any(one.text == line.text and one is not line for one in lines)
    return filled and any(map(allocates, line.statement.called))


def _suspected(search: Search) -> Iterator[HelperLine]:
    """Those of them that are wrong if they can be, then others that several wrong gradients are made from."""
    unknown = _unknown(search)
    yield from (line for line in unknown if _may_be_blamed(search, line))
    yield from (line for line in _several(search) if line not in unknown)
    yield from (line for line in search.made if line.again and number_put(line.statement) is not None)


def _several(search: Search) -> Iterator[HelperLine]:
    """The lines that several wrong gradients are made from, in more ways than one."""
    for line in dict.fromkeys(one.line for one in search.before.seen):
        if (
            sum(len(one.writes) for one in search.readers(line)) > 1
            and len(search.made[line] & search.wrong) > 1
        ):
            yield line


def _may_be_blamed(search: Search, line: HelperLine) -> bool:
    """Not where a single line of a gradient reads it, and no name says what it is: the error may be there."""
    some, names = search.readers(line), search.names
    gradients = [name for one in some if one not in search.others for name in one.writes if name in names]
    named = line.root in names | search.attempt.apart and not line.again
    named = named or _is_a_wrong_term(search, line, some)
    return named or len(some) > 1 or len(gradients) > 1 or not gradients


def _is_a_wrong_term(search: Search, line: HelperLine, some: Sequence[Statement]) -> bool:
    """Whether it is added up to a gradient, has a name made like one (`dh2`), and flows through no use."""
    like_one = line.text == line.root and search.attempt.session.program.naming.tensor(line.root)
    if not like_one or not any(adds_up(one, line.root) for one in some):
        return False
    return not all(map(search.own.flows.is_of_uses, search.before.bound(line)))


def _places(search: Search, line: HelperLine) -> Iterator[Place]:
    """Where gradients flow that a line may be given so that all is right, the latest made first."""
    bound, known = search.before.bound(line), dict[torch.Size, Sensitivity | None]()
    flows = search.own.flows
    for spot in sorted((*flows.gradients, *flows.of_some_uses()), key=latest_first):
        series = flows.series(spot)
        first = series[0]
        shape = first.shape
        if shape not in known:
            values = bound if {one.shape for one in bound} == {shape} else [first] * len(bound)
            known[shape] = sensitivity(search.own, line, search.made[line], values)
        if (of_shape := known[shape]) is not None:
            yield from of_shape.places(spot, series)


def _repaired(search: Search, scene: Scene, line: HelperLine, place: Place) -> Run | None:
    """A run with the gradients of a place given to a line, if all that is made from it is right then.

    Not where all that reads the line passes it on as it is: the error may as well be there, but for a line
    that masks.
    """
    given = scene.flows.at(place, _passes(search, scene, line, place))
    some = search.readers(line)
    only = [one for one in search.made if len(some) == 1 and one.statement is some[0]]
    run = scene.run((*line.earlier, line, *only), {line: given})
    if not search.made[line] & search.wrong or not all(scene.right(name, run) for name in search.made[line]):
        return None
    passed_on = any(all(map(equal, run.bound(one), given.values())) for one in only)
    passed_on = passed_on or _is_passed_on(search, some, run, given)
    return None if passed_on and number_put(line.statement) is None else run


def _passes(search: Search, scene: Scene, line: HelperLine, place: Place) -> int:
    """How often a line runs: where it passes some examples over, that may be more often or less elsewhere."""
    if scene is search.own or place.spot.rows is None or not place.spot.rows.some:
        return len(search.before.bound(line))
    return len(scene.run((line,), {}).bound(line))


def _is_passed_on(search: Search, some: Sequence[Statement], run: Run, given: Mapping[int, Tensor]) -> bool:
    """Whether the only line that reads it makes a gradient of it that is the same."""
    written = [name for name in some[0].writes if name in search.names] if len(some) == 1 else []
    values = [value for name in written if is_tensor(value := run.values.get(name))]
    return len(given) == 1 and any(equal(value, one) for value in values for one in given.values())


def _with_blame(search: Search, results: Results, line: HelperLine, run: Run) -> Results:
    """What is made from the line is right, and inherits."""
    made, right = search.made[line], Verdict.RIGHT
    wrong = {name for name in made if results.agreements[name].verdict.accuses}
    agreements = {name: search.own.agreement(name, run)._replace(verdict=right) for name in wrong}
    direct = search.direct[line]
    upstreams = {n: (line.name, *some) if n in direct else some for n, some in results.upstreams.items()}
    return Results({**results.agreements, **agreements}, upstreams)


def _told(search: Search, line: HelperLine, place: Place, run: Run) -> WrongHelper:
    bound = run.bound(line)
    given = search.own.flows.at(place, len(bound))
    shape, expected = tuple(bound[min(given)].shape), tuple(given[min(given)].shape)
    maxdiff = None
    if shape == expected:
        maxdiff = max(float(entry_differences(bound[at], one).max()) for at, one in given.items())
    data = tuple(one.statement for one in _data(search, line))
    words, made_in = (
        words_of(search.own.flows, search.noted.expressions, place.spot),
        _line(search, place.spot),
    )
    spoiled, accused = search.made[line] & search.wrong, _accused_lines(search, line, run, given)
    ratio = _ratio(bound, given)
    return WrongHelper(line, place, words, made_in, maxdiff, shape, expected, data, spoiled, ratio, accused)


def _accused_lines(
    search: Search, line: HelperLine, run: Run, given: Mapping[int, Tensor]
) -> tuple[int, ...]:
    """Those of several lines that build a helper variable which may alone have made it wrong.

    Not one after which it was a gradient.
    """
    bound = run.bound(line)
    if not line.earlier or any(bound[at].shape != one.shape for at, one in given.items()):
        return ()
    written = {one.statement.line: run.entries(one) for one in (*line.earlier, line)}
    if any(len(masks) != len(bound) for masks in written.values()):
        return ()
    wrong = [(bound[at] - one).abs() > _ROUNDING * one.abs().max() for at, one in given.items()]
    able = able_alone({by: [masks[at] for at in given] for by, masks in written.items()}, wrong)
    arrives = search.own.flows.arrives
    right = {one.statement.line for one in line.earlier if all(map(arrives, run.bound(one)))}
    left = written.keys() - right
    return tuple(sorted(left if len(left) == 1 else able - right))


def _ratio(bound: Sequence[Tensor], given: Mapping[int, Tensor]) -> float | None:
    """What values are times others, where one number says it of all."""
    pairs = [(bound[at], one) for at, one in given.items()]
    if any(value.shape != one.shape or value.is_complex() for value, one in pairs):
        return None
    squares = sum(float((one * one).sum()) for _, one in pairs)
    ratio = sum(float((value * one).sum()) for value, one in pairs) / squares if squares else 0.0
    return ratio if ratio and all(equal(value, ratio * one) for value, one in pairs) else None


def _line(search: Search, spot: Spot) -> int:
    return search.noted.expressions[spot.expression].line if spot.expression >= 0 else 0


def _data(search: Search, line: HelperLine) -> list[HelperLine]:
    """The helper lines that a line reads, at first or second hand, and that no gradient flows through.

    Those as well that bind what arrives nowhere, as often, for this line alone.
    """
    names, arrives = search.names, search.own.flows.arrives
    known = {one.line for one in search.before.seen if arrives(one.value)}
    flowing = known | {line}
    data = [one for one in search.made if one not in flowing and not one.statement.reads & names]
    through = read_through(search.attempt.session.facts, names | {line.root})[line.root]
    data = [one for one in data if one.root in through and not _reads_any(one, flowing)]
    return [*data, *(one for one in _feeding(search, line) if one not in known | {*data})]


def _feeding(search: Search, line: HelperLine) -> list[HelperLine]:
    """The helper lines that build what a line changes, and those that nothing but it and they reads."""
    facts, passes = search.attempt.session.facts, len(search.before.bound(line))
    often = [one for one in search.made if len(search.before.bound(one)) >= passes and one is not line]
    building = building_before(facts, line)
    found = [one for one in often if one.root == line.root and one.statement in building]
    size = -1
    while len(found) > size:
        size = len(found)
        reading = {line.statement, *(one.statement for one in found)}
        read = {one: search.readers(one) for one in often if one not in found}
        found += [one for one, readers in read.items() if readers and reading.issuperset(readers)]
    return found


def _reads_any(line: HelperLine, others: Iterable[HelperLine]) -> bool:
    return any(one.root in line.statement.reads for one in others)
