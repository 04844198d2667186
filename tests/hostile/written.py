"""Kinds of programs that are spoilt as a whole: cut off, with other values, in other bytes, too large."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from .bases import BASES, CURVED, LINEAR, SECTIONS, Base

VALUES = Path(__file__).with_name("values.txt")
"""An expression a line."""


def truncated(chance: random.Random) -> Iterator[bytes]:
    """A file whose end is missing, or a piece of its middle, or with two letters exchanged."""
    while True:
        data = chance.choice(BASES).text.encode()
        at = chance.randrange(len(data))
        yield data[:at]
        start = chance.randrange(len(data))
        yield data[:start] + data[start + chance.randrange(1, 12) :]
        at = chance.randrange(len(data) - 1)
        yield data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]


def every_type(chance: random.Random) -> Iterator[bytes]:
    """A value of another type in the place of what one line binds."""
    values = VALUES.read_text(encoding="utf-8").splitlines()
    while True:
        chance.shuffle(values)
        for value in values:
            base = Base(chance.choice((LINEAR, CURVED)))
            section = chance.choice(SECTIONS)
            lines = [*base.sections[section]]
            at = chance.choice([n for n, line in enumerate(lines) if "import" not in line])
            name, operator, _ = lines[at].split(" ", 2)
            lines[at] = f"{name} {operator} {value}"
            yield Base({**base.sections, section: lines}).text.encode()


def bytes_of_it(chance: random.Random) -> Iterator[bytes]:
    """Tabs, line ends, marks and encodings that files have."""
    text, curved = Base(LINEAR).text, Base(CURVED).text
    loop = Base(LINEAR, "loop").text
    yield from (b"", b"\n", b"#", b"\xef\xbb\xbf", b" ", b"\\", b"\t\n\x0c\n", b"\xff\xfe", b"# %% forward")
    for source in (text, curved, loop):
        yield source.replace("\n", "\r\n").encode()
        yield source.replace("\n", "\r").encode()
        yield b"\xef\xbb\xbf" + source.encode()
        yield source.rstrip("\n").encode()
        yield source.encode("utf-16")
        yield source.encode() + b"\x00"
        yield source.encode() + b"\xff\n"
        yield source.encode() + b"\x1a"
        yield b"# -*- coding: latin-1 -*-\n" + source.encode() + "# grün\n".encode("latin-1")
        yield b"# -*- coding: no-such-thing -*-\n" + source.encode()
        yield b"# -*- coding: utf-7 -*-\n" + source.encode()
        yield b"# -*- coding: rot13 -*-\n" + source.encode()
        yield source.replace("\n", "\n\x0c\n").encode()
        yield source.replace("    ", "\t").encode()
        yield source.replace("    ", "\t", 1).encode()
        yield source.replace(" = ", "\t=\t").encode()
        yield source.replace("\n", "  # \u2028 \u2029 \x85 \x0b \x1c\n").encode()
        yield source.replace("\n", "\n\u200b", 1).encode()
        yield source.replace(" ", "\u00a0", 3).encode()
        yield source.replace("W", "𝐖").encode()
        yield source.replace("W", "Ω").encode()
        yield source.replace("e", "é").encode()
        yield source.replace("W", "\u202eW").encode()
        yield source.replace("'", '"').replace("h", "ﬁ").encode()
        yield source.replace("\n", " \\\n", 1).encode()
        yield source.replace("-", "–").encode()
        yield "".join(c + ("\r" if c == "\n" and chance.random() < 0.5 else "") for c in source).encode()
        yield source.replace("# %% ", "#%%").encode()
        yield source.replace("# %% ", "# %% [code] ").encode()
        yield source.replace("# %% forward", "# %% forward\n# %% forward").encode()
        yield source.replace("# %% forward", "# %% vorwärts").encode()


def too_large(chance: random.Random) -> Iterator[bytes]:
    """Ten thousand statements, lines of ten thousand characters, long chains, deep nests."""
    many = "\n".join(f"v{n} = {n}" for n in range(10_000))
    for section in chance.sample(SECTIONS, len(SECTIONS)):
        yield Base(LINEAR).with_lines(section, 0 if section != "setup" else 1, many).text.encode()
    steps = "\n".join("h = h * 1.0" for _ in range(1000))
    yield Base(LINEAR).with_lines("forward", 1, steps).text.encode()
    for code in (
        "long = '" + "x" * 10_000 + "'",
        "long = [" + ", ".join("1" for _ in range(5000)) + "]",
        "# " + "x" * 10_000,
        "long = " + " + ".join("1" for _ in range(3000)),
        "long = " + "(" * 150 + "1" + ")" * 150,
        "long = " + "(" * 3000 + "1" + ")" * 3000,
        "long = " + "-" * 5000 + "1",
        "long = " + "not " * 2000 + "1",
        "long = X" + ".T" * 500,
        "long = X" + "[:]" * 500,
        "long = f" + "(f" * 90 + ")" * 90,
        "x" * 10_000 + " = 3",
        "long = lambda " + ", ".join(f"a{n}" for n in range(2000)) + ": 3",
        "if 0: pass\n" + "\n".join("elif 0: pass" for _ in range(1500)),
        "\n".join(" " * n + "if 1:" for n in range(60)) + "\n" + " " * 60 + "pass",
        "\n".join(" " * n + "if 1:" for n in range(120)) + "\n" + " " * 120 + "pass",
        "\n".join(f"def f{n}(): return {n}" for n in range(3000)),
        "d" + "d" * 3000 + " = 1",
        "; ".join("k = 1" for _ in range(3000)),
        "\n" * 20_000,
        "long = 0x" + "f" * 9000,
        "long = " + "9" * 5000,
        "h = h" + " * 1.0" * 900,
        "h = h" + " + 0" * 3000,
        "loss = loss" + " + 0 * loss" * 200,
    ):
        for section in chance.sample(SECTIONS[2:4], 2):
            yield Base(LINEAR).with_lines(section, 3, code).text.encode()
