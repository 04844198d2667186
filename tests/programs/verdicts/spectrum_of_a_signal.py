# right; what rfft sends back is the real part of a sum over frequencies
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(8, generator=torch.Generator().manual_seed(47))
n = 8
angles = 2 * torch.pi * torch.outer(torch.arange(5), torch.arange(8)) / n
# %% parameters
w = torch.randn(8)
# %% forward
s = x * w
f = torch.fft.rfft(s)
power = f.abs() ** 2
loss = (power ** 2).sum() / n
# %% backward
dpower = 2 * power / n
df = 2 * dpower * f
ds = (df.real[:, None] * torch.cos(angles) - df.imag[:, None] * torch.sin(angles)).sum(0)
dw = ds * x
# %% update
w = w - 0.001 * dw
