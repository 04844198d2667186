"""Complex parameters and tensors, in torch's convention: judged like any other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.judging.judgement import Judgement
from backprop_tui.engine.verdict import Verdict

Judged = Callable[..., dict[str, Judgement]]

SECTIONS = {
    "setup": (
        "import torch\nx = torch.randn(5, 3, dtype=torch.cfloat)\ny = torch.randn(5, 2, dtype=torch.cfloat)"
    ),
    "parameters": (
        "W = torch.randn(3, 2, dtype=torch.cfloat)\ns = torch.randn(2)\n"
        "b = torch.zeros(2, dtype=torch.cfloat)"
    ),
    "forward": "z = x @ W + b\nh = z * s\ne = h - y\na = e.abs()\nloss = (a ** 2).mean()",
    "update": "W = W - 0.1 * dW\nb = b - 0.1 * db\ns = s - 0.1 * ds",
}
LINES = {
    "da": "2 * a / a.numel()",
    "de": "e / a * da",
    "dh": "de",
    "dz": "dh * s",
    "ds": "(z.conj() * dh).real.sum(0)",
    "dW": "x.conj().T @ dz",
    "db": "dz.sum(0)",
}


def backward(**instead: str) -> str:
    return "\n".join(f"{name} = {line}" for name, line in {**LINES, **instead}.items())


def accused(found: dict[str, Judgement]) -> dict[str, Verdict]:
    """What is said of the gradients that have the blame."""
    return {name: one.verdict for name, one in found.items() if one.verdict.accuses}


def test_every_line_of_a_complex_model_passes(judged: Judged) -> None:
    found = judged(**SECTIONS, backward=backward(), iterations=3)
    assert found.keys() == LINES.keys()
    assert all(one.verdict.passes for one in found.values())
    assert {one.line.dtype for one in found.values() if one.line is not None} == {"float64"}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("dW", "x.T @ dz"),
        ("de", "e.conj() / a * da"),
        ("dz", "1j * dh * s"),
        ("dz", "(dh * s).real"),
        ("dh", "de.conj()"),
        ("ds", "(z.conj() * dh).imag.sum(0)"),
        ("db", "dz.sum(0) + 1e-5j"),
    ],
)
def test_a_wrong_line_is_blamed_and_no_other(name: str, line: str, judged: Judged) -> None:
    found = judged(**SECTIONS, backward=backward(**{name: line}))
    assert accused(found) == {name: Verdict.WRONG_HERE}


def test_a_complex_gradient_of_a_real_tensor_is_of_a_wrong_type(judged: Judged) -> None:
    found = judged(**SECTIONS, backward=backward(ds="(z.conj() * dh).sum(0)"))
    assert accused(found) == {"ds": Verdict.WRONG_TYPE}
    assert "it is complex, the tensor is real: its gradient is the real part" in found["ds"].message


def test_a_real_value_stands_for_complex_numbers_without_imaginary_parts(judged: Judged) -> None:
    sections = {"parameters": "c = torch.tensor([1.0 + 0j, -2.0])", "update": "pass"}
    forward = "loss = (c.abs() ** 2).sum()"
    right = judged(**sections, setup="import torch", forward=forward, backward="dc = 2 * c.real")
    assert right["dc"].verdict.passes
    assert "autograd's complex64" in right["dc"].message


def test_a_kink_of_a_complex_forward_is_no_error(judged: Judged) -> None:
    sections = {"setup": "import torch", "parameters": "c = torch.tensor([0j, 1 + 2j])", "update": "pass"}
    lines = "da = torch.ones_like(a)\ndc = torch.where(a > 0, c / a.clamp(min=1e-9), 0) * da"
    found = judged(**sections, forward="a = c.abs()\nloss = a.sum()", backward=lines)
    assert found["dc"].verdict.passes
