"""Functions that train are taken apart where they are called, and do what they do for Python."""

from __future__ import annotations

from textwrap import dedent

import pytest

from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.reading import read
from tests.engine.execution.test_course import run_by_python, run_by_steps

HEAD = """
import torch
torch.manual_seed(3)

def data(n):
    x = torch.linspace(-1, 1, n).unsqueeze(1)
    return x, 3 * x + 1
"""

TRAINED = {
    "called at the end": """
        def train(x, y, rate=0.3, epochs=5):
            w, b = torch.zeros(1, 1), torch.zeros(1)
            for epoch in range(epochs):
                out = x @ w + b
                loss = ((out - y) ** 2).mean()
                dout = 2 * (out - y) / len(x)
                dw = x.T @ dout
                db = dout.sum(0)
                w = w - rate * dw
                b = b - rate * db
                print(epoch, w.item(), b.item(), loss.item())
            return w, b

        inputs, targets = data(12)
        w, b = train(inputs, targets, epochs=7)
        """,
    "main, argparse and a guard": """
        import argparse

        def train(args, x, y):
            w = torch.zeros(1, 1)
            b = torch.zeros(1)
            for epoch in range(args.epochs):
                out = x @ w + b
                loss = ((out - y) ** 2).mean()
                dout = 2 * (out - y) / len(x)
                dw = x.T @ dout
                db = dout.sum(0)
                w -= args.rate * dw
                b -= args.rate * db
                if loss < 1:
                    return w, b
                print(epoch, w.item(), b.item(), loss.item())
            return w, b

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--rate", type=float, default=0.2)
            parser.add_argument("--epochs", type=int, default=8)
            args = parser.parse_args()
            x, y = data(12)
            w, b = train(args, x, y)

        if __name__ == "__main__":
            main()
        """,
    "an epoch is a function": """
        def one_epoch(x, y, w, b, size):
            total = 0.0
            for start in range(0, len(x), size):
                xb, yb = x[start : start + size], y[start : start + size]
                out = xb @ w + b
                loss = ((out - yb) ** 2).mean()
                dout = 2 * (out - yb) / len(xb)
                dw = xb.T @ dout
                db = dout.sum(0)
                w = w - 0.1 * dw
                b = b - 0.1 * db
                total += loss.item()
            return w, b, total

        x, y = data(12)
        w, b = torch.zeros(1, 1), torch.zeros(1)
        for epoch in range(3):
            w, b, total = one_epoch(x, y, w, b, size=4)
            print(epoch, w.item(), b.item(), total)
        """,
    "a step is a function": """
        def step(xb, yb, rate):
            global w, b
            out = xb @ w + b
            loss = ((out - yb) ** 2).mean()
            dout = 2 * (out - yb) / len(xb)
            dw = xb.T @ dout
            db = dout.sum(0)
            w = w - rate * dw
            b = b - rate * db
            return loss

        x, y = data(12)
        w, b = torch.zeros(1, 1), torch.zeros(1)
        for i in range(6):
            batch = slice(0, 4) if i % 2 else slice(4, 12)
            cost = step(x[batch], y[batch], 0.1)
            print(i, w.item(), b.item(), cost.item())
        """,
}


@pytest.mark.parametrize("text", TRAINED.values(), ids=TRAINED)
def test_a_function_that_trains_prints_what_it_prints_for_python(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["script.py"])
    text = HEAD.lstrip() + dedent(text)
    _, printed = run_by_python(text)
    session, told = run_by_steps(text)
    assert session.parameters == ("w", "b")
    assert told == printed


def test_arguments_that_have_to_be_given_are_asked_for_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = HEAD.lstrip() + dedent(TRAINED["main, argparse and a guard"])
    text = text.replace('"--rate", type=float, default=0.2', '"--rate", type=float, required=True')
    failure = Session(read(text, "script")).begin()
    assert failure is not None
    assert failure.message == "the program asks for arguments on the command line: give them defaults"
    capsys.readouterr()


def test_of_a_function_that_is_called_twice_the_last_call_is_stepped() -> None:
    text = HEAD.lstrip() + dedent(TRAINED["called at the end"]) + "train(inputs, targets)\n"
    _, printed = run_by_python(text)
    session, told = run_by_steps(text)
    assert session.parameters == ("w", "b")
    assert told == printed
    found = session.program.found
    assert found is not None
    assert "the last of these calls is stepped, the others run as they are" in found.asides[0]


def test_plots_and_progress_that_are_not_installed_are_stood_in_for() -> None:
    text = """
    import torch
    import matplotlib.pyplot as plt
    from tqdm import tqdm, trange

    fig, (left, right) = plt.subplots(1, 2)
    x = torch.linspace(-1, 1, 12).unsqueeze(1)
    y = 3 * x
    w = torch.zeros(1, 1)
    for epoch in tqdm(range(2)):
        bar = trange(3)
        for i in bar:
            out = x @ w
            loss = ((out - y) ** 2).mean()
            dout = 2 * (out - y) / len(x)
            dw = x.T @ dout
            w = w - 0.3 * dw
            bar.set_description(f"{loss:.3f}")
            left.plot([i], [loss.item()], label="loss")
        plt.pause(0.1)
    plt.show()
    """
    session, _ = run_by_steps(dedent(text).lstrip())
    assert session.number == 6
    assert session.notes == ("matplotlib and tqdm not installed: what is drawn is not shown",)
