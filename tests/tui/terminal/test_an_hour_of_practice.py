"""A student's hour: gradients written into a file in any order, slips, a syntax error and a kill between."""

from __future__ import annotations

import json
import random
import re
import signal
from pathlib import Path

import pytest

from backprop_tui.engine.program.library import load
from backprop_tui.engine.verdict import Verdict
from backprop_tui.tui.cli.main import main

from .pseudo_terminal import Terminal, opened

NAME, GRADIENTS = "batchnorm_mlp", 26
SLIPS = {"dprobs": ("= ", "= -"), "dh": (".T", ".T * 2"), "dW1": ("= ", "= -"), "db2": ("(0)", "(0) / 2")}


def answers() -> dict[str, str]:
    """By gradient what belongs in the place of its blank: its line, lines that add to others behind it."""
    program = load(NAME)
    section = program.section("backward")
    assert section is not None
    lines: dict[str, str] = {}
    for statement in section.statements:
        (name,) = statement.writes
        text = "\n".join(program.lines[statement.line - 1 : statement.end_line])
        if name in lines:
            last = [*lines][-1]
            lines[last] += f"\n{text}"
        else:
            lines[name] = text
    return lines


def passing(path: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """How many gradients pass by `check` of the same text."""
    capsys.readouterr()
    main(["check", str(path), "--json"])
    told = json.loads(capsys.readouterr().out)["gradients"]
    return sum(Verdict(one["verdict"]).passes for one in told)


def progress(terminal: Terminal) -> int | None:
    """`12 of 26` in the status line."""
    found = re.search(rf"(\d+) of {GRADIENTS}", terminal.text.partition("\n")[0])
    return int(found[1]) if found else None


def test_every_verdict_on_the_screen_is_that_of_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    chance, path = random.Random(4), tmp_path / f"{NAME}_practice.py"
    belongs = answers()
    order = chance.sample([*belongs], len(belongs))
    half = len(order) // 2

    def write(terminal: Terminal, names: list[str], slip: bool = False) -> None:
        """Save these lines in the places of their blanks, or of what was written wrongly there."""
        text = path.read_text()
        for name in names:
            line = belongs[name].replace(*SLIPS[name], 1) if slip else belongs[name]
            blank = rf"(?m)^{name} = .*$"
            text = re.sub(blank, lambda _, line=line: line, text, count=1)
        path.write_text(text)
        wanted = passing(path, capsys)
        assert terminal.comes_to(lambda: progress(terminal) == wanted), (names, wanted, terminal.text)

    def work(terminal: Terminal, names: list[str]) -> None:
        while names:
            some = [names.pop(0) for _ in range(min(chance.choice((1, 2, 3)), len(names)))]
            for name in some:
                if name in SLIPS:
                    write(terminal, [name], slip=True)
                    assert terminal.shows(f", {name}: ")
            write(terminal, some)

    with opened("practice", NAME) as terminal:
        assert terminal.shows(f"0 of {GRADIENTS}")
        work(terminal, order[:half])
        whole = path.read_text()
        path.write_text(whole.replace("# %% update", "dC = (\n# %% update"))
        assert terminal.shows("syntax error")
        terminal.press("h")
        assert terminal.shows("hint")
        terminal.press("\x1b")
        path.write_text(whole)
        terminal.process.send_signal(signal.SIGKILL)
        terminal.process.wait()
    with opened("practice", NAME) as terminal:
        assert terminal.comes_to(lambda: progress(terminal) == passing(path, capsys))
        work(terminal, order[half:])
        assert progress(terminal) == GRADIENTS
        assert terminal.leaves()
