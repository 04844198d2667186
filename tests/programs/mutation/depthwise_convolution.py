# %% [markdown]
# # A depthwise convolution over a sequence, then a mix of channels
#
# Each channel has a filter of its own, slid over its own row; a matrix mixes the channels
# afterwards.
# %% setup
import torch

n, channels, length, width = 3, 4, 6, 3
out = 2
ids = torch.randint(0, 5, (n, length + width - 1))
target = torch.randn(n, out, length)
# %% parameters
E = torch.randn(5, channels)
w = torch.randn(channels, width) * 0.5
P = torch.randn(out, channels) * 0.5
# %% forward
x = E[ids].mT
y = torch.zeros(n, channels, length)
for j in range(width):
    y = y + w[:, j, None] * x[:, :, j : j + length]
s = torch.sigmoid(y)
a = y * s
z = P @ a
e = z - target
loss = (e ** 2).mean()
# %% backward
de = 2 * e / (n * out * length)
dz = de
dP = (dz @ a.mT).sum(0)
da = P.T @ dz
ds = da * y
dy = da * s
dy += ds * s * (1 - s)
dw = torch.zeros_like(w)
dx = torch.zeros_like(x)
for j in range(width):
    dw[:, j] = (dy * x[:, :, j : j + length]).sum((0, 2))
    dx[:, :, j : j + length] += dy * w[:, j, None]
dE = torch.zeros_like(E)
dE.index_add_(0, ids.flatten(), dx.mT.flatten(0, 1))
# %% update
E -= 0.1 * dE
w -= 0.1 * dw
P -= 0.1 * dP
