"""The gradients that want attention: the wrong ones first, then those that raised, then the unwritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from ...execution.iteration import Iteration
from ...execution.recording.steps import MISSING
from ...judging.calls import calls_in_words
from ...judging.judgement import Judgement
from ...program.frame import Frame, in_function, is_inside, own_name, suffix_of
from ...verdict import Verdict
from ..cursor import View
from ..scene import Scene, is_told
from ..sentences import in_full, lines_in_words
from ..wire.frame import Attention
from ..wire.inspected import Tab


class Rank(IntEnum):
    """What comes first."""

    WRONG_HERE = 0
    WRONG = 1
    RAISED = 2
    NOT_WRITTEN = 3


@dataclass(frozen=True)
class Wanting:
    """A gradient, or a helper of gradients, that does not pass for a reason of its own."""

    name: str
    tensor: str
    """The tensor that is selected for it; '' where there is none."""
    lines: tuple[int, ...]
    """The lines to be looked at; none where no line writes it."""
    rank: Rank
    verdict: Verdict | None
    """None of what raised."""
    words: str

    @property
    def line(self) -> int | None:
        """Where the program is to stand."""
        return self.lines[-1] if self.lines else None


def wanting(scene: Scene, ran: int) -> tuple[Wanting, ...]:
    """All that want attention, in the order in which they are visited; what raised only where it has."""
    record = scene.record
    if record is None:
        return ()
    raised = _raised(scene, record, ran)
    by_name = {one.name: one for one in (*_unwritten(scene), *raised, *_judged(scene, record))}
    known = scene.tensor_names
    found = [one if one.tensor in known else replace(one, tensor="") for one in by_name.values()]
    found = _once(scene, found)
    return tuple(sorted(found, key=lambda one: (one.rank, not one.lines, one.line or 0)))


def _once(scene: Scene, found: Sequence[Wanting]) -> list[Wanting]:
    """Those of one line of a function in one, with the calls that it is wrong in."""
    frames = {s.frame.suffix: s.frame for s in scene.session.program.statements if s.frame is not None}
    groups: dict[tuple[object, ...], list[Wanting]] = {}
    for one in found:
        frame = frames.get(suffix_of(one.name))
        key = (one.name,) if frame is None else (frame.function, own_name(one.name), one.lines, one.rank)
        groups.setdefault(key, []).append(one)
    return [_with_calls(group, frames) for group in groups.values()]


def _with_calls(group: Sequence[Wanting], frames: Mapping[str, Frame]) -> Wanting:
    calls = [frames[suffix_of(one.name)] for one in group if suffix_of(one.name) in frames]
    return replace(group[0], words=group[0].words + calls_in_words(calls))


def standing_at(view: View, one: Wanting) -> View:
    """The view with program, tensors and inspector at it."""
    selected = view.at(one.tensor, _tab(view, one)) if one.tensor else view
    selected = selected.looking(worst=int(selected.tab is Tab.ERROR))
    return replace(selected, attended=one.name, follow=True)


def _tab(view: View, one: Wanting) -> Tab:
    """Where its error is to be seen, or else the gradient."""
    if one.rank in (Rank.WRONG_HERE, Rank.WRONG) and not (one.verdict and one.verdict.misfits):
        return Tab.ERROR
    return Tab.MANUAL if view.tab is Tab.VALUE else view.tab


def settled(scene: Scene, view: View, found: Sequence[Wanting]) -> View:
    """The view, at the first of them where nothing was selected since opening, a save or a restart.

    Not before the verdicts are final and the iteration is complete.
    """
    record = scene.record
    moves = scene.running or scene.line_check_due
    if view.attended is not None or not found or moves or record is None or view.ran < len(record.steps):
        return view
    return standing_at(view, found[0])


def moved_on(view: View, found: Sequence[Wanting], by: int) -> View:
    """The view at the next (+1) or previous (-1) of them; at the first once there are any."""
    if not found:
        return view.awaiting()
    now = current(view, found)
    at = found.index(now) + by if now is not None else min(by, 0)
    return standing_at(view, found[at % len(found)])


def current(view: View, found: Sequence[Wanting]) -> Wanting | None:
    """The one at which the view stands: gone to, or with its tensor selected."""
    named = [one for one in found if one.name == view.attended]
    selected = [one for one in found if one.tensor == view.selected != ""]
    return next(iter((*named, *selected)), None)


def line_attended(view: View, found: Sequence[Wanting]) -> int | None:
    """The line that the program is to show, where the view has gone to one of them."""
    return next((one.line for one in found if one.name == view.attended), None)


def told(view: View, found: Sequence[Wanting]) -> Attention | None:
    """What stands above the panes: the one at which the view stands, or the first that it could go to."""
    if not found:
        return None
    now = current(view, found)
    one = now or found[0]
    where = f"{lines_in_words(one.lines)}, " if one.lines else ""
    text = f"{where}{in_function(one.name)}: {one.words}"
    gone_to = one.name == view.attended
    return Attention(one.verdict, one.line, text, found.index(one) + 1, len(found), now is not None, gone_to)


def _judged(scene: Scene, record: Iteration) -> Iterator[Wanting]:
    """What is wrong: gradients, helpers that pair with no tensor, and the program's own Functions."""
    for name, judgement in scene.judgements.items():
        gradient = record.gradients.get(name)
        told = gradient is None or is_told(record, gradient, len(record.steps))
        if not told or judgement.verdict.passes or judgement.verdict is Verdict.INHERITED:
            continue
        if judgement.verdict is Verdict.NOT_WRITTEN:
            if gradient is not None and not _was_kept_from_running(record, gradient.value):
                yield _hole(name, gradient.tensor, gradient.pair.lines)
            continue
        if judgement.line is None and scene.line_check_due:
            continue  # which line is to blame is about to be said
        tensor = gradient.tensor if gradient is not None else _inheriting(scene, record, name)
        rank = Rank.WRONG_HERE if judgement.verdict.accuses else Rank.WRONG
        lines = _lines(judgement) or (gradient.pair.lines[-1:] if gradient is not None else ())
        words = in_full(judgement, gradient)
        yield Wanting(name, tensor, lines, rank, judgement.verdict, words)
    for one in scene.wrong_functions:
        name = f"{one.name}.backward"
        if tensor := _inheriting(scene, record, name):
            words = f"wrong: {one.message}"
            yield Wanting(name, tensor, (one.line,), Rank.WRONG_HERE, Verdict.WRONG_HERE, words)


def _lines(judgement: Judgement) -> tuple[int, ...]:
    """The lines that are wrong, as far as they are known."""
    elsewhere = judgement.edited_elsewhere
    if elsewhere is not None and judgement.diagnosis is not None and judgement.diagnosis.blames:
        return (elsewhere,)
    line = judgement.line
    return (line.accused_lines or line.lines) if line is not None else ()


def _inheriting(scene: Scene, record: Iteration, name: str) -> str:
    """The first tensor whose gradient is wrong because of what has this name."""
    heirs = (heir for heir, one in scene.judgements.items() if name in one.inherited_from)
    return next((record.gradients[heir].tensor for heir in heirs if heir in record.gradients), "")


def _was_kept_from_running(record: Iteration, value: object) -> bool:
    """Whether there is no value as a line raised, its own or one before it."""
    failure = record.failure
    return value is MISSING and failure is not None and failure.section == "backward"


def _raised(scene: Scene, record: Iteration, ran: int) -> list[Wanting]:
    """What the line that raised in the backward would have written."""
    failure = record.failure
    if failure is None or failure.cancelled or failure.section != "backward" or ran < len(record.steps):
        return []
    line = failure.line or 0
    writing = [s for s in scene.session.facts.handwritten.statements if s.line <= line <= s.end_line]
    names = dict.fromkeys(name for s in writing for name in s.writes)
    gradients = record.gradients
    words = failure.misfit or next(iter(failure.words.splitlines()), "")
    return [
        Wanting(name, gradients[name].tensor, (line,), Rank.RAISED, None, words)
        for name in names
        if name in gradients and not (is_inside(name) and gradients[name].writes)
    ]


def _unwritten(scene: Scene) -> Iterator[Wanting]:
    """Gradients that stand in no line."""
    for tensor in scene.without_gradient:
        yield _hole(scene.gradient_of(tensor), tensor, ())


def _hole(name: str, tensor: str, lines: tuple[int, ...]) -> Wanting:
    words = "not written yet" if lines else "no line writes it yet"
    return Wanting(name, tensor, lines[:1], Rank.NOT_WRITTEN, Verdict.NOT_WRITTEN, words)
