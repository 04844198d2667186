"""What the line check says: plain records, one per gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ....verdict import Verdict

if TYPE_CHECKING:
    from .helper_places import WrongHelper


class LineJudgement(NamedTuple):
    """What is said of the lines that build one gradient, whatever comes in from upstream."""

    name: str
    verdict: Verdict
    lines: tuple[int, ...] = ()
    """Every line that builds it; the blame is theirs together."""
    upstreams: tuple[str, ...] = ()
    """The gradients that the lines read, and a helper of theirs that is wrong."""
    maxdiff: float | None = None
    dtype: str = ""
    message: str = ""
    kink: bool = False
    """Right, though not autograd's: another choice at a kink or tie, or autograd's is not the derivative."""
    no_choice: bool = False
    """Wrong at kinks and ties alone: no choice is that."""
    slight: bool = False
    """Wrong by no more than rounding to single precision makes."""
    reused: bool = False
    """Its name stands for something else in the end, so that end to end nothing can be said."""
    rounded: float = 0.0
    """How far autograd's own gradient is from the one in double precision, where that was measured."""
    raised: bool = False
    """Not judged, as a line that it comes from raised."""
    zeros: bool = False
    """Wrong as it is zero whatever comes from upstream."""
    factor: float | None = None
    """How many times the gradient it is, by convention."""
    completed_in: int | None = None
    """The line that completes a gradient which these lines read before."""
    accused_lines: tuple[int, ...] = ()
    """Those of the lines that are wrong, where not all are."""
    doubted_lines: tuple[int, ...] = ()
    """Others that may be wrong instead, if an edit of one makes all right."""
    apart: bool = False
    """Its name is made like that of a gradient and stands for something else."""
    of: str = ""
    """Of a helper that no name pairs with a tensor: what it ought to be the gradient of, if that is known."""
    unpaired: bool = False
    """Whether it is such a helper."""


@dataclass(frozen=True)
class WrongFunction:
    """A `torch.autograd.Function` whose backward is wrong, and where that stands."""

    name: str
    lines: tuple[int, ...]
    """Those of its backward."""
    line: int
    """What it returns is wrong here."""
    message: str


@dataclass(frozen=True)
class LineCheck:
    """The line check of one iteration. `dtype` is the precision it ran in; `problem` why it could not."""

    iteration: int
    judgements: Mapping[str, LineJudgement] = field(default_factory=dict)
    dtype: str = ""
    problem: str = ""
    functions: tuple[WrongFunction, ...] = ()
    """The program's own Functions whose backward is wrong; lines are judged as if it were not."""
    helper: WrongHelper | None = None
    """The helper line that is wrong, or may be, where gradients are because of that."""
    of_helper: LineJudgement | None = None
    """What is said of it if it is."""

    several: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By gradient whose name stands for something else before or afterwards, the lines that build it."""
    complete: Mapping[str, int] = field(default_factory=dict)
    """After how many writes gradients were taken, where their names stand for something else later."""

    apart: frozenset[str] = frozenset()
    """Names made like those of gradients that stand for something else; lines are judged without them."""
    namesakes: frozenset[str] = frozenset()
    """Names that may be so; of those in `apart`, the ones that may."""

    misnamed: frozenset[str] = frozenset()
    """Names made like those of gradients that hold what can be none."""

    scales: Mapping[str, float] = field(default_factory=dict)
    """By gradient, how many times the gradient it is by a convention in which lines are judged."""
    proposed: Mapping[str, float] = field(default_factory=dict)
    """The same in a convention that may leave fewer lines wrong."""
    kept_to: bool = True
    """Whether lines that are right keep to that in which they are judged."""

    silent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By gradient that is wrong below a marked line, those that this line reads: zero where it is judged."""

    @property
    def accused(self) -> frozenset[str]:
        """The gradients whose lines are wrong."""
        return frozenset(name for name, one in self.judgements.items() if one.verdict.accuses)

    @property
    def told(self) -> tuple[int, int]:
        """How many gradients are accused or not judged as a line raised, and how many the latter."""
        raised = sum(one.raised for one in self.judgements.values())
        return len(self.accused) + raised, raised

    @property
    def doubtful(self) -> bool:
        """Whether a line is accused, or right only as a path that it leaves out carries zero."""
        verdicts = [one.verdict for one in self.judgements.values()]
        return any(verdict.accuses or verdict is Verdict.LEANING for verdict in verdicts)
