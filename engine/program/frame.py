"""A call that is stepped: which function, which of its calls, and what its names are called outside."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from msgspec import Struct

MARK = "ꞏ"
"""Between a name of a function, the function, and the number of the call: a letter to Python."""
_DOT = "ꓸ"
"""Stands for the dot of `Linear.backward` in a name: a letter to Python."""
RESULT = f"result{_DOT}"
"""What is returned without a name, and after it the how-many-th that is of several."""
_INSIDE = rf"(\w+?){MARK}(\w+?)(?:{MARK}(\d+){MARK}(\d+))?(?![\w{MARK}])"


class Frame(Struct, frozen=True):
    """One call of a function whose statements are steps."""

    function: str
    call: int
    """Which of its calls that are stepped it is, counted from 1."""
    of: int
    """How many there are."""
    line: int
    """Where it is called."""
    end_line: int
    first_line: int
    """Where the function begins."""
    last_line: int
    parameters: tuple[str, ...]
    around: Frame | None = None
    """The call that made it; None where a section did."""
    receiver: str = ""
    """The name of the object whose method it is; "" of a function."""
    itself: str = ""
    """What the method calls that: `self`."""

    @property
    def chain(self) -> tuple[Frame, ...]:
        """The call, and those that it stands in, the innermost first."""
        return (self, *self.around.chain) if self.around is not None else (self,)

    @property
    def given(self) -> tuple[str, ...]:
        """What stands for its parameters."""
        return tuple(map(self.inside, self.parameters))

    def inside(self, name: str) -> str:
        """What stands for a name of the function in this call."""
        return f"{name}{self.suffix}"

    def of_itself(self, name: str) -> str:
        """What its method calls what its object holds: `self.dW`; "" of anything else."""
        rest = name.removeprefix(self.receiver) if self.receiver else name
        return f"{self.itself}{rest}" if rest != name and rest[:1] in (".", "[") else ""

    def in_its_words(self, text: str) -> str:
        """A text in which what its object holds is called as its method does."""
        if not self.receiver:
            return text
        return re.sub(rf"(?<![\w.]){re.escape(self.receiver)}(?=[.\[])", self.itself, text)

    @property
    def suffix(self) -> str:
        """What tells the names of this call from those of others."""
        number = f"{MARK}{self.call}{MARK}{self.of}" if self.of > 1 else ""
        return f"{MARK}{self.function.replace('.', _DOT)}{number}"

    @property
    def lines(self) -> range:
        """The lines of the function."""
        return range(self.first_line, self.last_line + 1)

    @property
    def words(self) -> str:
        """Which call it is: `affine_backward, 2nd of 2 calls`, `Linear.forward of layers[0]`."""
        whose = f"{self.function} of {self.receiver}" if self.receiver else self.function
        return f"{whose}, {ordinal(self.call)} of {self.of} calls" if self.of > 1 else whose


def frame_of(node: ast.stmt) -> Frame | None:
    """The call that a statement belongs to; None of one that stands in its section."""
    frame: Frame | None = getattr(node, "frame", None)
    return frame


def handing_on(node: ast.stmt) -> ast.stmt:
    """A statement that no line is: it gives a call its arguments, or what is returned its names."""
    node.hands_on = True  # type: ignore[attr-defined]
    return node


def returning(node: ast.stmt) -> ast.stmt:
    """A statement that works out what its call returns, for what that is given to."""
    node.returns = True  # type: ignore[attr-defined]
    return node


def returns(node: ast.stmt) -> bool:
    """Whether it is such a statement."""
    return getattr(node, "returns", False)


def hands_on(node: ast.stmt) -> bool:
    """Whether it is such a statement."""
    return getattr(node, "hands_on", False)


def is_inside(name: str) -> bool:
    """Whether a name is one of a function's."""
    return MARK in name


def own_name(name: str) -> str:
    """What a name is called where it stands: `dx` of a function."""
    return name.partition(MARK)[0]


def suffix_of(name: str) -> str:
    """What tells the names of a call from those of others; '' of a name outside of all."""
    _, mark, rest = name.partition(MARK)
    return mark + rest


def told(text: str, suffix: str = "") -> str:
    """A sentence as it is read: `dx in affine_backward`; names of the call with that suffix are plain."""
    if MARK not in text:
        return text
    return re.sub(_INSIDE, lambda found: _told(found, suffix), text)


def in_table(name: str) -> str:
    """A name where there is little room: `dx in affine_backward (2)`."""
    call = re.fullmatch(_INSIDE, name)
    number = f" ({call.group(3)})" if call is not None and call.group(3) else ""
    return in_function(name) + number


def in_one_call(text: str) -> str:
    """A sentence about one line as it is read: if its names are of one call they are plain."""
    suffixes = {suffix_of(name) for name in ids_in(text)}
    return told(text, suffixes.pop() if len(suffixes) == 1 else "")


def in_function(name: str) -> str:
    """A name with its function, whichever call of it: `dx in affine_backward`."""
    own, mark, rest = name.partition(MARK)
    return in_words(own, rest.partition(MARK)[0].replace(_DOT, ".")) if mark else own


def in_words(own: str, function: str) -> str:
    """A name of a function outside of it; what it returns without a name is called that."""
    name, without, place = own.partition(RESULT)
    if not without:
        return f"{name} in {function}"
    return f"the {ordinal(int(place))} that {function} returns" if place else f"what {function} returns"


def ids_in(text: str) -> list[str]:
    """All names of functions that stand in a text, as the engine has them."""
    return [*dict.fromkeys(found.group() for found in re.finditer(_INSIDE, text))]


def renamed_in(text: str, names: Mapping[str, str]) -> str:
    """A text with other names of functions in the place of some, which may begin others."""
    return re.sub(_INSIDE, lambda found: names.get(found.group(), found.group()), text)


def _told(found: re.Match[str], suffix: str) -> str:
    name, function, call, _ = found.groups()
    if suffix and found.group() == f"{name}{suffix}" and RESULT not in name:
        return name
    return in_words(name, function.replace(_DOT, ".")) + (f", call {call}" if call else "")


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
