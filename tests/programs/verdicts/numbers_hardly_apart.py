# dz has a third of four digits; numbers that differ are written apart
# exit 1 · accused: line 13
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
dz = 0.3333 * 3 * z ** 2 / 5
dw = X.T @ dz
