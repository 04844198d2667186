# the mask is cast from truth values, and the sign before all is wrong
# exit 1 · accused: line 13 · explained
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(85))
# %% parameters
w = torch.randn(3)
# %% forward
z = x @ w
a = z.clamp(min=0)
loss = a.sum() / len(a)
# %% backward
dz = -(a > 0).float() / len(a)
dw = x.T @ dz
# %% update
w = w - 0.1 * dw
