# %% [markdown]
# # A gradient shaped like its own downstream sum
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
w = torch.randn(3, 1)
# %% forward
H = x @ w
squared = H**2
loss = squared.mean() * 2
# %% backward
dsquared = torch.ones_like(squared) * 2 / squared.numel()
dH = 2 * H * dsquared
dw = x.T @ (torch.ones_like(dH) * (4 / len(dH)) * H)
# %% update
w = w - 0.05 * dw
