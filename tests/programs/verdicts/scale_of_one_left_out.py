# dw leaves out the scale, which is 1 only before the first update
# exit 1 · accused: line 16
# never: the line is right
# %% setup
import torch
torch.manual_seed(7)
X = torch.randn(5, 3)
# %% parameters
w = torch.randn(3)
s = torch.ones(1)
# %% forward
z = X @ w * s
loss = (z ** 2).mean()
# %% backward
dz = 2 * z / 5
dw = X.T @ dz
ds = (dz * (X @ w)).sum(0, keepdim=True)
