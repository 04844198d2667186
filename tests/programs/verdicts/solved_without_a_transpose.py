# A belongs transposed where the upstream gradient is solved for
# exit 1 · accused: line 14 · explained
# %% setup
import torch
t = torch.randn(3, 2, generator=torch.Generator().manual_seed(43))
# %% parameters
A = torch.randn(3, 3) + 3 * torch.eye(3)
B = torch.randn(3, 2)
# %% forward
X = torch.linalg.solve(A, B)
loss = ((X - t) ** 2).sum()
# %% backward
dX = 2 * (X - t)
dB = torch.linalg.solve(A, dX)
dA = -dB @ X.T
# %% update
A = A - 0.01 * dA
B = B - 0.01 * dB
