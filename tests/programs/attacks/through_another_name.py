# %% [markdown]
# Two names for one gradient: what changes through the one is wrong for whoever reads the other.
# %% setup
import torch
import torch.nn.functional as F

X = torch.randn(4, 3)
# %% parameters
A = torch.randn(3, 4)
# %% forward
a = X @ A
h = a * a
loss = (h * h).sum()
# %% backward
dh = 2 * h
#! dh: r = F.relu(dh - 1, True); dh.neg_()
r = F.relu(dh, False)
#! da: da = dh * a
da = dh * 2 * a
z = da.numpy().copy()
z *= 2
#! dA: dA = X.T @ da * 2
dA = X.T @ da
# %% update
A = A - 0.0001 * dA
