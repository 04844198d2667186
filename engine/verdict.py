"""What the tool says of a gradient: end to end, and of its own line."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """One word for one gradient; `passes` tells whether it lets a check succeed."""

    EXACT = "exact"
    """Every entry equals autograd's."""
    CLOSE = "close"
    """Equal up to rounding; a pass."""
    WRONG = "wrong"
    """The values differ end to end."""
    WRONG_SHAPE = "wrong_shape"
    """The shape is not the tensor's."""
    WRONG_TYPE = "wrong_type"
    """It is no tensor of numbers that could be a gradient."""
    NOT_FINITE = "not_finite"
    """Infinite or NaN, where autograd's is so, too: nothing can be said of it, and training is over."""
    NOT_WRITTEN = "not_written"
    """The program has no value for it yet."""
    NOT_CHECKED = "not_checked"
    """There is nothing to compare with; the reason is told beside it."""
    RIGHT = "right"
    """Of a line: it computes its VJP."""
    WRONG_HERE = "wrong_here"
    """Of a line: given right upstream gradients, it computes something else."""
    NOT_EXERCISED = "not_exercised"
    """Of a line: its VJP is zero in every entry at this batch, so nothing was tested."""
    LEANING = "leaning"
    """Of a line: right for every upstream gradient that can arrive in the program, not for any."""
    SCALED = "scaled"
    """Of a line: a constant multiple by convention; the gradients of the parameters come out right."""
    PART = "part"
    """Of a line: one of several contributions; the gradients of the parameters come out right."""
    DELIBERATE = "deliberate"
    """Of a line: marked in the program as no gradient on purpose."""
    INHERITED = "inherited"
    """Wrong end to end while the line is right: an upstream gradient is wrong."""

    @property
    def accuses(self) -> bool:
        """Of a line: whether it is wrong itself."""
        return self is Verdict.WRONG_HERE or self.misfits

    @property
    def misfits(self) -> bool:
        """Whether there is nothing to compare, entry by entry: the shape or the type is another."""
        return self in _MISFITTING

    @property
    def passes(self) -> bool:
        """Whether a check may succeed with this verdict."""
        return self in _PASSING

    @property
    def passes_strictly(self) -> bool:
        """Whether a strict check may: what leans on the program, or on a convention, may not."""
        return self.passes and self not in _LENIENT


_MISFITTING = {Verdict.WRONG_SHAPE, Verdict.WRONG_TYPE}
_PASSING = {
    Verdict.EXACT,
    Verdict.CLOSE,
    Verdict.RIGHT,
    Verdict.NOT_CHECKED,
    Verdict.NOT_EXERCISED,
    Verdict.LEANING,
    Verdict.SCALED,
    Verdict.PART,
    Verdict.DELIBERATE,
}
_LENIENT = {Verdict.LEANING, Verdict.SCALED, Verdict.PART}
