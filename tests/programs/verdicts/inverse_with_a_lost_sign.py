# the derivative of an inverse has a minus sign
# exit 1 · accused: line 13 · explained
# %% setup
import torch
t = torch.randn(3, 3, generator=torch.Generator().manual_seed(45))
# %% parameters
A = torch.randn(3, 3) * 0.3 + 2 * torch.eye(3)
# %% forward
V = torch.linalg.inv(A)
loss = (V * t).sum() + (V ** 2).sum()
# %% backward
dV = t + 2 * V
dA = V.T @ dV @ V.T
# %% update
A = A - 0.1 * dA
