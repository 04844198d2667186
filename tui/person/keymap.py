"""The keys that somebody has changed: a small file, one command in a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

from msgspec import Struct
from textual.keys import Keys, _character_to_key

from ...engine.program.did_you_mean import nearest
from ..keys import ASKING, KEYS, Key

NAME = "keys.toml"
_NAMED = {key.value for key in Keys}
_WITH = ("ctrl+", "alt+", "shift+")


class Keymap(Struct, frozen=True):
    """Which keys give which command, by its id, as Textual names them; and what of the file is ignored."""

    keys: Mapping[str, str]
    told: tuple[str, ...] = ()
    """Why, each with the file and its line."""


USUAL = Keymap({})
"""The keys as they are declared."""


def read_keymap(folder: Path) -> Keymap:
    """What stands in the file; nothing where there is none."""
    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return USUAL
    except (OSError, UnicodeError) as error:
        return Keymap({}, (f"{path}: {error}",))
    return keymap_of(text, str(path))


def keymap_of(text: str, path: str) -> Keymap:
    """What a file of this text says; where a line is wrong, the others count."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        what, place = str(error).partition(" (")[::2]
        at = re.search(r"line (\d+)", place)
        line = at[1] if at else len(text.splitlines())
        what = "a quotation mark is missing" if "'\\n'" in what else what.lower()
        return Keymap({}, (f"{path}:{line}: {what}; no key is changed",))
    told = {name: words for name, value in data.items() if (words := _wrong(name, value))}
    keys = {name: _normal(value) for name, value in data.items() if name not in told}
    while clash := _clash(keys):
        name, other, key = clash
        told[name] = f"`{key}` is the key of `{other}` already; `{name}` keeps its own"
        del keys[name]
    lines = sorted((_line_of(text, name), words) for name, words in told.items())
    return Keymap(keys, tuple(f"{path}:{line}: {words}" for line, words in lines))


def _wrong(name: str, value: object) -> str:
    """What is wrong with a line, in words; nothing where it makes sense."""
    known = [key.id for key in (*KEYS, *ASKING)]
    if isinstance(value, dict):
        return f"`[{name}]` is a heading; commands stand without one"
    if name not in known:
        near = nearest(name, known)
        return f"there is no command `{name}`" + (f"; did you mean `{near}`?" if near else "")
    if not isinstance(value, str) or not value.strip():
        return f'the keys of `{name}` are to be written as "x" or "x,y"'
    strange = [key for key in _normal(value).split(",") if not _is_key(key)]
    if not strange:
        return ""
    near = nearest(strange[0], sorted(_NAMED))
    return f"there is no key `{strange[0]}`" + (f"; did you mean `{near}`?" if near else "")


def _normal(value: str) -> str:
    """Keys as Textual names them; a comma by itself is a key."""
    if value.strip() == ",":
        return "comma"
    return ",".join(
        _character_to_key(key) if len(key) == 1 else key for key in map(str.strip, value.split(","))
    )


def _is_key(name: str) -> bool:
    base = name
    for modifier in _WITH:
        base = base.removeprefix(modifier)
    return base in _NAMED or (len(base) == 1 and base.isprintable()) or _is_character(base)


def _is_character(name: str) -> bool:
    """Whether it is the long name of a character: `question_mark`."""
    return any(_character_to_key(chr(code)) == name for code in range(33, 127))


def _clash(keys: Mapping[str, str]) -> tuple[str, str, str] | None:
    """A command of the file, the one that it takes a key from, and that key; None where there is none."""
    for group in (KEYS, ASKING):
        for one, other in combinations(group, 2):
            common = _keys_of(one, keys) & _keys_of(other, keys)
            if common:
                name, taken = (other, one) if other.id in keys else (one, other)
                return name.id, taken.id, min(common)
    return None


def _keys_of(key: Key, changed: Mapping[str, str]) -> set[str]:
    return {*changed.get(key.id, key.keys).split(",")}


def _line_of(text: str, name: str) -> int:
    """The number of the line of a command."""
    found = re.search(rf"""^[ \t]*(\[{re.escape(name)}|["']?{re.escape(name)}["']?[ \t]*=)""", text, re.M)
    return text.count("\n", 0, found.start()) + 1 if found else 1
