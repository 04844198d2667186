"""A plain script is stepped pass by pass, and ends where Python itself ends."""

from __future__ import annotations

import contextlib
import io
from textwrap import dedent
from typing import Any

import pytest
import torch

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.reading import read

REGRESSION = """
import torch
torch.manual_seed(3)
x = torch.linspace(-1, 1, 12).unsqueeze(1)
y = 3 * x + 1
w = torch.zeros(1, 1)
b = torch.zeros(1)
seen = []
{loop}
"""
PASS = """
out = {x} @ w + b
loss = ((out - {y}) ** 2).mean()
dout = 2 * (out - {y}) / len({x})
dw = {x}.T @ dout
db = dout.sum(0)
w = w - 0.3 * dw
b = b - 0.3 * db
"""


def script(loop: str, x: str = "x", y: str = "y") -> str:
    """The regression with a loop; `PASS` in it stands for a pass at the loop's own depth."""
    lines: list[str] = []
    for line in dedent(loop).strip().split("\n"):
        depth = line[: len(line) - len(line.lstrip())]
        body = PASS.format(x=x, y=y).strip().split("\n")
        lines += [depth + one for one in body] if line.strip() == "PASS" else [line]
    return REGRESSION.format(loop="\n".join(lines)).lstrip()


def run_by_python(text: str) -> tuple[dict[str, Any], str]:
    """The names and the output that Python itself leaves."""
    names: dict[str, Any] = {"__name__": "__main__"}
    torch.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, "script", "exec"), names)
    return names, printed.getvalue()


def run_by_steps(text: str) -> tuple[Session, str]:
    """A session that was iterated until its loop ended, and what was printed."""
    session = Session(read(text, "script"))
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert session.begin() is None
        while not session.ended:
            record = session.iterate()
            assert record.failure is None, record.failure.message
            assert record.passes
    return session, printed.getvalue()


LOOPS = {
    "for": "for i in range(20):\n    PASS\n    seen.append(i)",
    "for with break": "for i in range(99):\n    PASS\n    seen.append(i)\n    if loss < 0.5:\n        break",
    "while": "loss = torch.tensor(9.0)\nwhile loss > 0.5:\n    PASS\n    seen.append(float(loss))",
    "while true": """
        step = 0
        while True:
            step += 1
            PASS
            if step == 7:
                break
            seen.append(step)
        """,
    "continue": """
        for i in range(20):
            if i % 3 == 0:
                seen.append(-i)
                continue
            PASS
            if i % 2:
                continue
            seen.append(i)
        """,
    "break before the loss": "for i in range(9):\n    if i > 4:\n        break\n    PASS\n    seen.append(i)",
    "epochs": """
        for epoch in range(3):
            seen.append(epoch)
            for i in range(4):
                PASS
                seen.append((epoch, i))
            print(f"epoch {epoch}: {float(loss):.4f}")
        """,
    "epochs left early": """
        for epoch in range(9):
            for i in range(4):
                PASS
                if i == epoch:
                    break
            else:
                seen.append("no break")
            if epoch == 5:
                break
            seen.append((epoch, i))
        else:
            seen.append("never")
        """,
    "enumerate and zip": """
        for i, (k, name) in enumerate(zip([1, 2, 3], "abc")):
            PASS
            seen.append((i, k, name))
        """,
    "a generator": """
        def numbers():
            yield from (5, 6, 7)
        for number in numbers():
            PASS
            seen.append(number)
        """,
    "an if around the loop": "if len(x) > 3:\n    for i in range(5):\n        PASS\n        seen.append(i)\n",
    "an if inside the loop": """
        for i in range(9):
            if i % 2 == 0:
                PASS
            else:
                seen.append(i)
        """,
    "a with around it": "with torch.no_grad():\n    for i in range(5):\n        PASS\n        seen.append(i)",
    "a name for a counter that is ours": "for iteration in range(5):\n    PASS\n    seen.append(iteration)",
    "a try around the loop": """
        try:
            for i in range(5):
                PASS
                seen.append(i)
        except KeyboardInterrupt:
            pass
        """,
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_loop_ends_where_python_itself_ends(loop: str) -> None:
    names, printed = run_by_python(script(loop))
    session, told = run_by_steps(script(loop))
    assert session.parameters == ("w", "b")
    for name in ("w", "b", "loss"):
        assert torch.equal(session.namespace[name], names[name])
    assert session.namespace["seen"] == names["seen"]
    assert told == printed


def test_a_minibatch_is_drawn_as_python_draws_it() -> None:
    loop = """
    for epoch in range(3):
        order = torch.randperm(12)
        for start in range(0, 12, 4):
            batch = order[start : start + 4]
            xb, yb = x[batch], y[batch]
            PASS
    """
    names, _ = run_by_python(script(loop, "xb", "yb"))
    session, _ = run_by_steps(script(loop, "xb", "yb"))
    assert session.number == 9
    assert torch.equal(session.namespace["w"], names["w"])


def test_a_loader_gives_what_it_gives_to_python() -> None:
    loop = """
    from torch.utils.data import DataLoader, TensorDataset
    loader = DataLoader(TensorDataset(x, y), batch_size=4, shuffle=True)
    for epoch in range(2):
        for xb, yb in loader:
            PASS
    """
    names, _ = run_by_python(script(loop, "xb", "yb"))
    session, _ = run_by_steps(script(loop, "xb", "yb"))
    assert session.number == 6
    assert torch.equal(session.namespace["w"], names["w"])


def test_what_follows_the_loop_does_not_run() -> None:
    session, told = run_by_steps(script("for i in range(3):\n    PASS\nprint('after')\nseen = None"))
    assert "after" not in told
    assert session.namespace["seen"] == []


def test_a_pass_that_fails_leaves_the_loop_where_it_was() -> None:
    loop = "for i in range(5):\n    PASS\n    seen.append(i)\n    if i == 2:\n        seen.append(1 / zero)"
    session = Session(read(script(loop), "script"))
    session.begin()
    assert [session.iterate().failure for _ in range(2)] == [None, None]
    for _ in range(2):
        failure = session.iterate().failure
        assert failure is not None
        assert failure.type == "NameError"
        assert session.namespace["i"] == 2
        assert session.namespace["seen"] == [0, 1]


def test_a_failure_between_two_epochs_leaves_the_pass_before_it() -> None:
    loop = "for epoch in range(3):\n    for i in range(2):\n        PASS\n    seen.append(1 / (1 - epoch))"
    session = Session(read(script(loop), "script"))
    session.begin()
    for _ in range(3):
        assert session.iterate().failure is None
    failure = session.iterate().failure
    assert failure is not None
    assert failure.type == "ZeroDivisionError"
    assert (session.namespace["epoch"], session.namespace["i"]) == (1, 1)
    assert session.namespace["seen"] == [1.0]


def test_a_loop_that_is_never_entered_is_told() -> None:
    failure = Session(read(script("for i in range(0):\n    PASS"), "script")).begin()
    assert failure is not None
    assert "no pass of the loop in line 8" in failure.message
