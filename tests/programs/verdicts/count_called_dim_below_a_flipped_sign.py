# dz has its sign flipped; dim, which it reads, is a number
# exit 1 · accused: line 15 · explained
# %% setup
import torch
torch.manual_seed(7)
im = torch.rand(4, 3)
y = torch.randn(4)
# %% parameters
w = torch.randn(3)
# %% forward
z = im @ w
loss = ((z - y) ** 2).mean()
# %% backward
dim = im.shape[0]
dz = -2 * (z - y) / dim
dw = im.T @ dz
