# dz is transposed: its numbers are those of the gradient, and its shape is not
# exit 1 · accused: line 14
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
t = torch.randn(5, 2, generator=torch.Generator().manual_seed(2))
# %% parameters
w = torch.randn(3, 2)
# %% forward
z = x @ w
loss = ((z - t) ** 2).sum()
# %% backward
# one column for each row of z
dz = 2 * (z - t).T
dw = (dz @ x).T
