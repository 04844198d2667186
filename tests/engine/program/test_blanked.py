"""Where the lines of gradients were there is `dX = ...`, and every other line stays as it was."""

from __future__ import annotations

from backprop_tui.engine.program.blanked import blankable, blanked
from backprop_tui.engine.program.program import parse

HEAD = """# %% setup
import torch
x = torch.ones(3)
# %% parameters
W = torch.randn(3)
b = torch.randn(3)
# %% forward
h = W * x + b
loss = (h ** 2).sum()
"""
UPDATE = "# %% update\nW = W - 0.1 * dW\nb = b - rate * db\n"


def left(backward: str, *names: str, update: str = UPDATE.replace("rate", "0.1")) -> str:
    """The backward section with these gradients blanked, as far as they can be."""
    head = f"{HEAD}# %% backward\n"
    program = parse(f"{head}{backward}\n{update}", "mine")
    text = blanked(program, blankable(program, names))
    assert text.startswith(head)
    assert text.endswith(update)
    return text[len(head) : -len(update)].rstrip("\n")


def test_a_line_becomes_a_blank_and_comments_above_stay() -> None:
    assert left("# from the loss\ndh = 2 * h  # twice\ndW = dh * x", "dh") == (
        "# from the loss\ndh = ...\ndW = dh * x"
    )


def test_several_lines_become_one_blank_where_the_first_was() -> None:
    assert left("dh = torch.zeros(3)\nprint(1)\ndh += 2 * h\ndh[0] *= 1", "dh") == "dh = ...\nprint(1)"


def test_lines_that_write_several_become_a_blank_for_each() -> None:
    assert left("dh = 2 * h; dW = dh * x; print(1)\ndb, c = dh, 1", "dh", "dW", "db") == (
        "dh = ...\ndW = ...\nprint(1)\ndb = ..."
    )


def test_blocks_go_as_a_whole() -> None:
    loop = "dW = torch.zeros(3)\nfor i in range(3):\n    part = 2 * h[i]\n    dW[i] += part * x[i]\nprint(dW)"
    assert left(loop, "dW") == "dW = ...\nprint(dW)"


def test_helpers_that_nothing_reads_any_more_go_too_and_no_others() -> None:
    backward = "twice = 2 * h\ninner = twice + 0\nunused = 1\ndh = inner\nseen = twice.sum()\nprint(seen)"
    assert left(backward, "dh") == "twice = 2 * h\nunused = 1\ndh = ...\nseen = twice.sum()\nprint(seen)"
    assert left("a = 2\nc = a * h\ndh = c", "dh") == "dh = ..."


def test_a_line_that_makes_what_others_read_stays_with_its_gradient() -> None:
    assert left("dh, rate = 2 * h, 0.1\ndb = dh", "dh", "db", update=UPDATE) == (
        "dh, rate = 2 * h, 0.1\ndb = ..."
    )
