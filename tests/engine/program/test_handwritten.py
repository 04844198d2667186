"""What a forward writes for the backward alone, told by its text."""

from __future__ import annotations

from backprop_tui.engine.program.handwritten import beside_the_loss, handwritten_of
from backprop_tui.engine.program.program import parse

HEAD = "# %% parameters\nw = 1.0\n# %% forward\n"


def beside(forward: str, backward: str = "dw = dz * x") -> frozenset[str]:
    """The names beside the loss in a program with these sections."""
    return beside_the_loss(parse(f"{HEAD}{forward}\n# %% backward\n{backward}\n", "program"))


def test_a_gradient_that_comes_with_the_loss_stands_beside_it() -> None:
    assert beside("z = w * x\nloss, dz = f(z)") == {"dz"}


def test_what_the_loss_comes_from_does_not() -> None:
    assert not beside("dz = x[1:] - x[:-1]\nloss = (w * dz).sum()")


def test_what_a_container_holds_that_the_loss_comes_from_does_not() -> None:
    assert not beside("dz = w * x\nkept = []\nkept.append(dz)\nloss = sum(kept)")


def test_what_only_a_condition_reads_does_not() -> None:
    assert not beside("dz = w * x\nif dz > 0:\n    loss = dz\nelse:\n    loss = w")


def test_what_nothing_reads_later_does_not() -> None:
    assert not beside("dz = w * x\nloss = w", "dw = 1")


def test_what_is_kept_for_the_backward_in_a_list_does() -> None:
    assert beside("kept = []\ndz = w * x\nkept.append(dz)\nloss = w", "dw = sum(kept)") == {"dz", "kept"}


def test_statements_in_a_loop_of_the_loss_do_not_stand_alone() -> None:
    program = parse(f"{HEAD}loss = 0\nfor t in x:\n    dz = w\n    loss += t\n# %% backward\ndw = dz\n", "p")
    handwritten = handwritten_of(program)

    assert [statement.line for statement in handwritten.statements] == [6, 9]
    assert [top.node.lineno for top in handwritten.tops] == [9]
