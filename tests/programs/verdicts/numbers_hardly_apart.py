# two lines are off by little, each its own way; numbers that differ are written apart
# exit 1 · accused: lines 14, 15
# says: entries differ, most at .*: (\S+) for (?!\1\b)
# %% setup
import torch
X = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
# %% parameters
w = torch.randn(3)
# %% forward
z = X @ w
loss = (z ** 3).mean() / 3
# %% backward
dz = z ** 2 / 5
dz[::2] *= 0.9999
dz[1::2] *= 1.0001
dw = X.T @ dz
