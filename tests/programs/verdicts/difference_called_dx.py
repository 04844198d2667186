# right; dx is a difference that the loss comes from, no gradient
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(6, generator=torch.Generator().manual_seed(2))
# %% parameters
w = torch.randn(3)
# %% forward
dx = x[1:] - x[:-1]
z = dx @ w
loss = ((z - y[1:]) ** 2).sum()
# %% backward
dz = 2 * (z - y[1:])
dw = dx.T @ dz
