# %% [markdown]
# # Kept dimensions in many spellings
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
W = torch.randn(3, 5)
b = torch.randn(1, 5)
V = torch.randn(5, 2)
# %% forward
a = x @ W + b
mean = a.mean(1, keepdim=True)
centred = a - mean
variance = (centred**2).mean(axis=1, keepdims=True)
rstd = 1 / (variance + 1e-5).sqrt()
h = centred * rstd
out = h @ V
loss = ((out - y) ** 2).sum(dim=1).mean(dim=0)
# %% backward
dout = 2 * (out - y) / n
dV = h.T @ dout
dh = dout @ V.T
drstd = (centred * dh).sum(axis=1, keepdims=True)
dvariance = (-0.5 * rstd**3).squeeze(1).mul(drstd[:, 0]).unsqueeze(1)
dcentred = rstd * dh
dcentred = dcentred + 2 * centred / a.shape[1] * dvariance
dmean = -dcentred.sum(dim=-1)[:, None]
da = dcentred + dmean.expand(-1, a.size(1)) / a.size(1)
dW = x.T @ da
db = da.sum(0)[None]
# %% update
W = W - 0.05 * dW
b = b - 0.05 * db
V = V - 0.05 * dV
