"""A program crosses to another process as it was read."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backprop_tui.engine.program import program_text
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program, ProgramError
from backprop_tui.engine.program.program_text import text_of

FOUND = Path(__file__).parents[2] / "programs/found"


def dumped(program: Program) -> list[str]:
    return [ast.dump(section.tree, include_attributes=True) for section in program.sections]


@pytest.mark.parametrize("target", ["batchnorm_mlp", str(FOUND / "shuffled_epochs.py")])
def test_what_was_read_crosses_and_is_not_read_again(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = load(target)
    text = pickle.loads(pickle.dumps(text_of(program)))
    with monkeypatch.context() as patch:
        patch.delattr(program_text, "read")
        patch.delattr(program_text, "read_source")
        crossed = text.program()
    assert (dumped(crossed), crossed.found) == (dumped(program), program.found)
    assert [one.text for one in crossed.statements] == [one.text for one in program.statements]
    nodes = {id(node) for section in crossed.sections for node in ast.walk(section.tree)}
    assert all(id(one.node) in nodes for one in crossed.statements)


def test_another_text_or_path_is_read(tmp_path: Path) -> None:
    text = text_of(load("linear_regression"))
    assert replace(text, path=tmp_path / "mine.py").program().path == tmp_path / "mine.py"
    assert "W1" not in replace(text, text=text.text.replace("W1", "V1")).program().text


@pytest.mark.parametrize("terms", [3000, 9500])
def test_nested_code_crosses_however_deep(terms: int, build: Callable[..., Program]) -> None:
    try:
        program = build(forward=f"s = {' + '.join(['1'] * terms)}\nH = W * x\nloss = H.sum()")
    except ProgramError:
        pytest.skip("this Python reads nothing so deep")
    crossed = text_of(program).program()
    assert [one.text for one in crossed.statements] == [one.text for one in program.statements]
