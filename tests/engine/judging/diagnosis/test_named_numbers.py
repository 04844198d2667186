"""A number is only called by a name that it has with other numbers in the program too."""

from __future__ import annotations

from backprop_tui.engine.judging.diagnosis.diagnosis import Diagnosis

from .test_sentences import checked


def diagnosis(setup: str, forward: str, backward: str) -> Diagnosis:
    """The only diagnosis of a program."""
    found, _ = checked(f"# %% setup\nimport torch\n{setup}# %% forward\n{forward}# %% backward\n{backward}")
    ((_, one),) = found.items()
    return one


def test_a_size_that_only_happens_to_be_the_factor_is_not_named() -> None:
    one = diagnosis("# %% parameters\nz = torch.randn(3)\n", "loss = (z ** 2).sum()\n", "dz = 3 * z\n")
    assert (one.message, one.edit) == ("3 where 2 belongs", "dz = 2 * z")


def test_a_size_that_cannot_be_another_is_not_named() -> None:
    setup = "x = torch.tensor([0.5, -1.0, 2.0])\n# %% parameters\nw = torch.randn(3)\n"
    one = diagnosis(setup, "loss = ((w * x) ** 2).sum()\n", "dw = 3 * w * x * x\n")
    assert one.message == "3 where 2 belongs"


def test_a_constant_that_only_happens_to_be_the_factor_is_not_named() -> None:
    setup = "N, D, H = 5, 4, 10\nreg = 0.05\nX = torch.randn(N, D)\n# %% parameters\nW = torch.randn(D, H)\n"
    backward = "dW = X.T @ torch.ones(N, H)\ndW += reg * W\n"
    one = diagnosis(setup, "loss = (X @ W).sum() + reg * (W * W).sum()\n", backward)
    assert "H" not in one.edit.removeprefix("dW")
    assert "2" in one.message


def test_a_size_that_is_the_factor_at_other_sizes_too_is_named() -> None:
    setup = "x = torch.randn(5)\nn = x.shape[0]\n# %% parameters\nw = torch.randn(5)\n"
    one = diagnosis(setup, "z = w * x\nloss = z.mean()\n", "dw = x + 0\n")
    assert "mean" in one.message or "n times too large" in one.message


def test_a_constant_that_is_the_factor_with_other_constants_too_is_named() -> None:
    setup = "rate = 0.3\n# %% parameters\nw = torch.randn(5)\n"
    one = diagnosis(setup, "loss = rate * (w ** 2).sum()\n", "dw = 2 * w\n")
    assert one.message == "rate times too small"


def test_data_that_is_read_from_outside_is_not_read_again() -> None:
    setup = "rows = [float(n) for n in open('/dev/null').read().split()] or [0.5, 1.0, 2.0, 3.0]\n"
    setup += "n = len(rows)\nx = torch.tensor(rows)\n# %% parameters\nw = torch.randn(4)\n"
    one = diagnosis(setup, "loss = ((w * x) ** 2).sum() / n\n", "dw = 2 * w * x * x\n")
    assert one.message == "n times too large"
