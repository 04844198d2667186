"""What cannot be opened is refused in words that say what was looked at, and what would work."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.program import ProgramError
from backprop_tui.engine.program.reading import read

REFUSED = {
    "two loops and no gradient": (
        """
        import torch
        w = torch.zeros(3, requires_grad=True)
        for i in range(3):
            loss = (w - 1).pow(2).sum()
            loss.backward()
        for j in range(2):
            print(j)
        """,
        "no iteration was found: found 2 loops, in lines 3 and 6, no line that binds a gradient of a tensor "
        "of theirs, and a `.backward()`, so that autograd does it all",
        None,
    ),
    "python 2": (
        "import torch\nprint 'hello'\n",
        "this is Python 2: it prints without parentheses",
        2,
    ),
    "numpy": (
        """
        import numpy as np
        w = np.zeros(3)
        for i in range(3):
            loss = ((w - 1) ** 2).sum()
            dw = 2 * (w - 1)
            w -= 0.1 * dw
        """,
        "this is a NumPy program: only those of torch can be stepped yet",
        1,
    ),
    "a library": (
        """
        import torch
        def forward(x, w):
            return x @ w
        def backward(d, x):
            return x.T @ d
        """,
        "nothing trains here: found `forward`, `backward`, and no line that runs them",
        None,
    ),
    "gradients in a function": (
        """
        import torch
        def backward(x, w, dout):
            dx = dout @ w.T
            dw = x.T @ dout
            return dx, dw
        x, w = torch.ones(2, 3), torch.ones(3, 1)
        for i in range(3):
            loss = (x @ w).sum()
            grads = backward(x, w, torch.ones(2, 1))
            w -= 0.1 * grads[1]
        """,
        "the gradients are written inside `backward`: only those beside their forward are judged yet",
        2,
    ),
    "a function that is handed on": (
        """
        import torch
        def train(rate):
            w = torch.zeros(3)
            for i in range(3):
                loss = ((w - 1) ** 2).sum()
                dw = 2 * (w - 1)
                w = w - rate * dw
            return w
        print([train(rate) for rate in (0.1, 0.2)])
        """,
        "`train` trains, and cannot be taken apart where it is called: no statement is a plain call of it",
        2,
    ),
    "gradients in a method": (
        """
        import torch
        class Net:
            def step(self, x, y):
                out = x * self.w
                dout = 2 * (out - y)
                self.w -= 0.1 * (x * dout).sum()
        net = Net()
        net.w = torch.zeros(1)
        for i in range(3):
            net.step(torch.ones(3), torch.zeros(3))
        """,
        "the gradients are written inside `Net.step`: methods are not gone into yet",
        3,
    ),
    "gradients without a loss": (
        """
        import torch
        x, y, w, b = torch.ones(3), torch.zeros(3), torch.zeros(1), torch.zeros(1)
        for i in range(3):
            error = x * w + b - y
            dw = (x * error).sum()
            db = error.sum()
            w -= 0.1 * dw
            b -= 0.1 * db
        """,
        "no iteration was found: found a loop, in line 3, gradients named db and dw, and no loss",
        None,
    ),
    "a loss in a block of its own": (
        """
        import torch
        x, y, w = torch.ones(3), torch.zeros(3), torch.zeros(1)
        for i in range(3):
            error = x * w - y
            dw = (x * error).sum()
            w -= 0.1 * dw
        for j in range(2):
            loss = ((x * w - y) ** 2).mean()
        """,
        "no iteration was found: found 2 loops, in lines 3 and 7, gradients named dw, and no loss above them "
        "in their block, only one in line 8",
        None,
    ),
    "nothing of all that": (
        """
        import torch
        print(torch.ones(3))
        """,
        "no iteration was found: found no loop, and no line that binds a gradient of a tensor",
        None,
    ),
    "gradients that add up over samples": (
        """
        import torch
        w = torch.zeros(3)
        data = [(torch.ones(3), 1.0), (torch.rand(3), 2.0)]
        for epoch in range(3):
            dw = torch.zeros_like(w)
            for x, y in data:
                out = (w * x).sum()
                loss = (out - y) ** 2
                dout = 2 * (out - y)
                dw += dout * x
            w -= 0.1 * dw
        """,
        "dw adds up over the passes of the loop in line 6, each with a forward: gradients that are sums over "
        "several forwards cannot be judged yet",
        10,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_says_what_was_found(case: str) -> None:
    text, message, line = REFUSED[case]
    with pytest.raises(ProgramError) as raised:
        read(dedent(text).lstrip(), "script")
    assert (raised.value.message, raised.value.line) == (message, line)
    assert raised.value.hint


SHORT = """import torch
w = torch.zeros(3)
for i in range(3):
    loss = w.sum()
    dw = torch.ones(3)
"""


def test_a_place_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ProgramError, match="there is no place number 3") as raised:
        read(SHORT, "script", choice=2)
    assert raised.value.hint == "There are: 1 the loop in line 3"


OTHERWISE = """\
import torch
x, x1, x2 = torch.randn(3, 8, 3)
W, W1 = torch.randn(2, 3, 1)
for i in range(3):
    h = x @ W
    loss = (h**2).mean()
    uph = 2 * h / 8
    upW = x.T @ uph
    W -= 0.1 * upW
"""
IN_A_FUNCTION = f"""\
def train():
{indent(OTHERWISE, "    ")}
train()
"""


@pytest.mark.parametrize(("script", "loop"), [(OTHERWISE, 4), (IN_A_FUNCTION, 5)])
def test_a_refusal_names_the_naming_that_would_fit(script: str, loop: int) -> None:
    with pytest.raises(ProgramError, match=f"found a loop, in line {loop},") as caught:
        read(script, "otherwise")
    assert "If upW and uph are the gradients of W and h, `--gradient 'up{}'` says so" in caught.value.hint
    assert read(script, "otherwise", gradient="up{}").naming.gradient("h") == "uph"


def test_a_naming_that_fits_nothing_is_refused() -> None:
    assert read(SHORT, "script", gradient="d{}").naming.pattern == "d{}"
    with pytest.raises(ProgramError, match="no gradient is named grad_X after a tensor X"):
        read(SHORT, "script", gradient="grad_{}")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("w = numpy.zeros(3)", "`w` is a NumPy array, and NumPy programs cannot be stepped yet"),
        (
            "w, v = numpy.zeros(3), numpy.ones(3)",
            "`w` and `v` are NumPy arrays, and NumPy programs cannot be stepped yet",
        ),
        ("w = [torch.zeros(3)][0:1]", "`w` is a list, and the tensors in it are not followed yet"),
        (
            "w = torch.nn.Linear(1, 1)",
            "`w` is a Module, and what it holds, as `w.weight`, is not followed yet",
        ),
    ],
)
def test_what_stands_in_the_place_of_parameters_is_named(made: str, words: str) -> None:
    more = " + v" if "v" in made.partition("=")[0] else ""
    loop = f"for i in range(3):\n    loss = (w + 1{more}).sum()\n    dw = 1.0\n    w = w - dw\n"
    failure = Session(read(f"import numpy, torch\n{made}\n{loop}", "script")).begin()
    assert failure is not None
    assert (
        failure.message
        == f"there are no parameters: {words}; bind at least one floating tensor before the loop"
    )
