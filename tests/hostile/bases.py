"""Small right programs in every form that is read, to be spoilt."""

from __future__ import annotations

import random
import textwrap
from dataclasses import dataclass

SECTIONS = ("setup", "parameters", "forward", "backward", "update")
LINEAR = {
    "setup": ["import torch", "X = torch.linspace(-1, 1, 18).reshape(6, 3)", "y = torch.ones(6, 2) / 3"],
    "parameters": ["W = torch.randn(3, 2)", "b = torch.zeros(2)"],
    "forward": ["h = X @ W + b", "e = h - y", "loss = (e * e).mean()"],
    "backward": ["de = 2 * e / e.numel()", "dh = de * 1", "dW = X.T @ dh", "db = dh.sum(0)"],
    "update": ["W = W - 0.1 * dW", "b = b - 0.1 * db"],
}
CURVED = {
    **LINEAR,
    "forward": ["a = X @ W + b", "h = torch.tanh(a)", "e = h - y", "loss = (e ** 2).sum() / 12"],
    "backward": [
        "de = 2 * e / 12",
        "dh = 1 * de",
        "da = dh * (1 - h * h)",
        "dW = X.T @ da",
        "db = da.sum(dim=0)",
    ],
    "update": ["W -= 0.1 * dW", "b -= 0.1 * db"],
}
_BOUND = {
    "setup": ("torch", "X", "y"),
    "parameters": ("W", "b"),
    "forward": ("h", "e", "loss"),
    "backward": ("de", "dh", "dW", "db"),
}


@dataclass(frozen=True)
class Base:
    """A program by its sections; with titles, or as a loop in a plain file, or in a function."""

    sections: dict[str, list[str]]
    form: str = "titles"

    def with_lines(self, section: str, at: int, code: str) -> Base:
        """With more code before a line of a section."""
        lines = [*self.sections[section]]
        lines.insert(at, code)
        return Base({**self.sections, section: lines}, self.form)

    @property
    def text(self) -> str:
        """The text of the file."""
        parts = {name: "\n".join(lines) for name, lines in self.sections.items()}
        if self.form == "titles":
            return "".join(f"# %% {name}\n{part}\n" for name, part in parts.items())
        once = "\n".join(parts[name] for name in SECTIONS[:2])
        loop = "for iteration in range(1):\n" + textwrap.indent(
            "\n".join(parts[name] for name in SECTIONS[2:]), "    "
        )
        if self.form == "loop":
            return f"{once}\n{loop}\n"
        return f"def main():\n{textwrap.indent(f'{once}{chr(10)}{loop}', '    ')}\n\nmain()\n"


BASES = (Base(LINEAR), Base(CURVED), Base(LINEAR), Base(CURVED), Base(LINEAR, "loop"), Base(CURVED, "main"))


def spoilt(code: str, chance: random.Random) -> str:
    """A program with this code somewhere: mostly where the names that it reads are bound already."""
    base = chance.choice(BASES)
    places = [(name, at) for name in SECTIONS for at in range(len(base.sections[name]) + 1)]
    if chance.random() < 0.9:
        places = [place for place in places if _bound_at(base, place, code)] or places
    section, at = chance.choice(places)
    return base.with_lines(section, at, code).text


def _bound_at(base: Base, place: tuple[str, int], code: str) -> bool:
    """Whether what the code names has been bound before this place."""
    before = _lines_before(base, place)
    bound = {line.split(" ")[0] for line in before} | {"torch" for line in before if "import torch" in line}
    return all(name in bound for names in _BOUND.values() for name in names if _names(code, name))


def _lines_before(base: Base, place: tuple[str, int]) -> list[str]:
    section, at = place
    whole = SECTIONS[: SECTIONS.index(section)]
    return [line for name in whole for line in base.sections[name]] + base.sections[section][:at]


def _names(code: str, name: str) -> bool:
    words = "".join(c if c.isalnum() or c == "_" else " " for c in code).split()
    return name in words
