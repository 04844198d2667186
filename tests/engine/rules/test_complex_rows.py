"""Operations on complex numbers have gradients in torch's convention, confirmed by autograd."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backprop_tui.engine.rules.derivation.derive import Derivation

Deriving = Callable[..., Derivation]

COMPLEX = {
    "arithmetic": (
        "z + w|z + a|a - z|z * w|z * a|a * z|z * zr|r * z|2j * z|z * (1 + 2j)|z / w|z / p|a / z|1 / z|-z"
        "|1j * a"
        "|z + 1j * b|z * s|s * z|z - w.conj()|torch.add(z, w, alpha=2)|z * z|z * z.conj()|(z + w) * 2j"
    ),
    "powers": "z ** 2|z ** 3|z ** -1|z ** 0.5|(z * z).square()|z.reciprocal()|z.sqrt()|z.pow(2)|z ** p",
    "functions": (
        "z.exp()|z.log()|z.sin()|z.cos()|z.tanh()|z.sigmoid()|z.sinh()|z.cosh()|z.tan()|torch.exp(1j * a)"
    ),
    "products": (
        "z @ zm|z @ zr|zr @ zm|zr @ zr|z.T @ w|z.mH @ w|z.H @ w|z.conj().T @ w|z.adjoint() @ w"
        "|torch.outer(zr, v)|torch.outer(zr, zr)|torch.vdot(zr, zr * 1j)|torch.vdot(zr * 2, zr)"
        "|torch.einsum('ij,jk->ik', z, zm)|torch.einsum('ij,ij->i', z, w)|F.linear(z, zm.T)"
        "|t.to(torch.cfloat) @ zm"
    ),
    "shapes": (
        "z.sum()|z.sum(1)|z.mean(0)|z.T|z.view(12)|z[0]|z[picks]|torch.cat([z, w])|torch.cat([z, z], 1)"
        "|torch.stack([z, w])|z.cumsum(0)|z.prod(1)|torch.where(mask, z, w)|z.flip(0)|z.diagonal()"
        "|z.expand(2, 4, 3)|z[:, :1] * z|z.clone()|z.resolve_conj()|z.roll(1, 0)|(z + w).unsqueeze(0)"
        "|z.cumprod(1)"
    ),
    "parts": (
        "z.conj()|torch.conj(z)|torch.complex(a, b)|torch.polar(p, a)|torch.complex(a.exp(), b) * z"
        "|z.conj() * a"
    ),
    "pairs": (
        "torch.view_as_complex(torch.stack([a, b], -1))|torch.view_as_complex(t[..., :2].contiguous())"
        "|a.to(torch.cfloat)"
    ),
    "transforms": (
        "torch.fft.fft(z)|torch.fft.fft(a)|torch.fft.ifft(z)|torch.fft.fft(z, dim=0)"
        "|torch.fft.fft(z, norm='ortho')"
        "|torch.fft.ifft(z, norm='forward')|torch.fft.fft(a, n=5)|torch.fft.fft(a, n=2)"
        "|torch.fft.fft(a, 6, 0)"
        "|torch.fft.fft2(z)|torch.fft.ifft2(i4)|torch.fft.fftn(z)|torch.fft.ifftn(z, dim=(0,))"
        "|torch.fft.rfft(a)"
        "|torch.fft.rfft(t, dim=1)|torch.fft.rfft(a, norm='ortho')|torch.fft.fftshift(z)"
        "|torch.fft.ifftshift(z, dim=1)"
        "|torch.fft.fft(a * 2) * w"
    ),
    "matrices": (
        "torch.linalg.inv(zq)|torch.linalg.solve(zq, zr)|torch.linalg.solve(zq, zm)|torch.linalg.det(zq)"
        "|torch.linalg.solve_triangular(zq, zm, upper=True)|torch.linalg.cholesky(zq @ zq.mH)"
        "|torch.linalg.cholesky(zq @ zq.mH, upper=True)"
    ),
    "names": "h * w|h.conj() * h|h / h.abs()",
}
REAL = (
    "z.abs()|z.abs() ** 2|z.real|z.imag|torch.real(z * w)|torch.imag(z) * a|z.angle()|(z * w).abs()"
    "|z.norm()|z.norm(dim=1)"
    "|torch.view_as_real(z)|torch.view_as_real(z * w)|(z * z.conj()).real|(z @ zm).abs()"
    "|torch.fft.fft(a).abs()"
    "|torch.fft.irfft(z)|torch.fft.irfft(z, n=5)|torch.fft.irfft(z, n=4, norm='ortho')"
    "|torch.fft.irfft(torch.fft.rfft(a), n=3)"
    "|(z.abs() ** 2).sum(1)|z.var(0)|z.std()|z.norm(p=1)|torch.fft.fft(a).real|z.conj().imag"
    "|torch.log(z).real"
    "|torch.linalg.slogdet(zq)[1]|z.real * z.imag|(1j * z).real|torch.linalg.vector_norm(z, dim=1)"
)
CASES = [(text, True) for texts in COMPLEX.values() for text in texts.split("|")]
CASES += [(text, False) for text in REAL.split("|")]


@pytest.mark.parametrize(("text", "is_complex"), CASES, ids=[text for text, _ in CASES])
def test_gradients_are_written_and_confirmed(deriving: Deriving, text: str, is_complex: bool) -> None:
    before = "h = z * 1j\n" if text.startswith("h") else ""
    found = deriving(f"{before}out = {text}", is_complex=is_complex)
    assert not found.problem
    assert found.gradients
    assert {one.name: one.reason for one in found.gradients.values() if not one.lines} == {}


LINES = {
    ("out = z * w", "z"): "dz = w.conj() * dout",
    ("out = z @ zm", "zm"): "dzm = z.conj().T @ dout",
    ("out = z * a", "a"): "da = (z.conj() * dout).real",
    ("h = z.abs()\nout = h + 0j", "z"): "dz = z.sgn() * dh",
    ("h = z.real\nout = h + 0j", "z"): "dz = dh.to(z.dtype)",
    ("h = z.imag\nout = h + 0j", "z"): "dz = 1j * dh",
    ("out = torch.fft.fft(z)", "z"): "dz = torch.fft.ifft(dout, norm='forward')",
    ("out = torch.fft.fft(a)", "a"): "da = torch.fft.ifft(dout, norm='forward').real",
    ("h = z.mean()\nout = h * w", "z"): "dz = torch.ones_like(z) * dh / z.numel()",
}


@pytest.mark.parametrize(("forward", "tensor"), LINES, ids=[f"{one}: d{two}" for one, two in LINES])
def test_line_conjugates_what_has_to_be_and_nothing_else(
    deriving: Deriving, forward: str, tensor: str
) -> None:
    lines = deriving(forward, is_complex=True).gradients[tensor].lines
    assert lines == (LINES[forward, tensor],)
