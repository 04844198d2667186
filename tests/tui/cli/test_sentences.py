"""What `check` says of odd gradients, each sentence true of the program that it is said of."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.tui.cli.main import main

Captured = pytest.CaptureFixture[str]

LINEAR = """\
# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = torch.tensor([2.0, 4.0, 6.0, 8.0])
# %% parameters
w = torch.randn(1)
# %% forward
e = w * x - y
loss = (e**2).mean()
# %% backward
de = 2 * e / len(x)
dw = (x * de).sum(0, keepdim=True)
"""
PRODUCT = """\
# %% setup
import torch
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters
w = torch.ones(3)
# %% forward
h = w * x
loss = h.sum()
# %% backward
dh = torch.ones_like(h)
dw = dh * x
"""
ROOT = """\
# %% setup
import torch
x = torch.tensor([0.0, 1.0, 4.0])
# %% parameters
w = torch.tensor([0.0, 1.0, -1.0])
# %% forward
h = torch.sqrt(w * x)
loss = h.sum()
# %% backward
dh = torch.ones_like(h)
inner = dh * x * 0.5 / torch.sqrt(w * x)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(text: str, capsys: Captured, *options: str) -> list[str]:
    """The lines that a check of the program prints."""
    Path("mine.py").write_text(text)
    main(["check", "mine.py", *options])
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("spoiling", ["dh.zero_()", "dh.mul_(2).add_(1)", "torch.mul(dh, 0, out=dh)"])
def test_a_call_that_spoils_a_complete_gradient_is_named_and_not_mended(
    capsys: Captured, spoiling: str
) -> None:
    found = said(PRODUCT + spoiling, capsys)
    assert any("dh: wrong here: line 12 changes dh in place after it is complete" in one for one in found)


def test_what_a_call_changes_in_place_is_never_exchanged_for_a_passing_value(capsys: Captured) -> None:
    text = PRODUCT.replace("dw = dh * x", "dw = torch.zeros_like(w)\ndw.add_(dh).mul_(2)")
    (found,) = [one for one in said(text, capsys, "--json") if one.startswith("{")]
    assert "dw.add_(dh).mul_(x)" in found


def test_a_gradient_without_infinities_is_not_called_infinite(capsys: Captured) -> None:
    found = said(LINEAR.replace(".mean()", '.mean() * float("nan")'), capsys)
    sentence = "dw: autograd's is infinite or NaN where this one is not, though the line is right"
    assert f"✗ line 12, {sentence}" in found


@pytest.mark.parametrize("guard", ["torch.nan_to_num(inner)", "torch.where(inner.isnan(), 0, inner)"])
def test_numbers_in_the_place_of_nan_are_named(capsys: Captured, guard: str) -> None:
    sentence = "a number where autograd's gradient is infinite or NaN; every other entry is right"
    assert f"✗ line 12, dw: wrong here: {sentence}" in said(f"{ROOT}dw = {guard}\n", capsys)


def test_a_parameter_that_the_loss_does_not_use_has_no_gradient(capsys: Captured) -> None:
    found = said(LINEAR.replace("w * x", "3 * x"), capsys)
    sentence = "the loss does not depend on w, so its gradient is zero"
    assert f"✗ line 12, dw: wrong here: {sentence}" in found


def test_a_parameter_cut_off_beside_another_is_told_how(capsys: Captured) -> None:
    text = LINEAR.replace("w * x", "w.detach() * x + b").replace("# %% forward", "b = w + 1\n# %% forward")
    found = said(text, capsys)
    assert any("dw: wrong here: no path of autograd's graph leads from the loss to w" in one for one in found)


def test_a_tensor_without_data_has_no_wrong_shape(capsys: Captured) -> None:
    found = said(LINEAR.replace("(x * de).sum(0, keepdim=True)", 'torch.empty(1, device="meta")'), capsys)
    assert not any("wrong shape" in one for one in found)
    assert any("wrong type" in one for one in found)


def test_a_short_name_with_a_letter_twice_is_asked_about(capsys: Captured) -> None:
    found = said(LINEAR.replace("dw =", "dww ="), capsys)
    assert "? line 12, dww: no tensor `ww`; did you mean `dw`?" in found
