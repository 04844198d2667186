# the inverse belongs transposed
# exit 1 · accused: line 14 · explained
# %% setup
import torch
x = torch.randn(3, 3, generator=torch.Generator().manual_seed(44))
# %% parameters
A = torch.eye(3) * 2 + torch.randn(3, 3) * 0.3
# %% forward
M = A + x
v = torch.linalg.det(M)
loss = torch.tanh(v)
# %% backward
dv = 1 - torch.tanh(v) ** 2
dM = dv * v * torch.linalg.inv(M)
dA = dM
# %% update
A = A - 0.1 * dA
