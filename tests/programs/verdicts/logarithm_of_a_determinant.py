# right; the inverse transposed, times what arrives
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(3, 3, generator=torch.Generator().manual_seed(44)) * 0.3
# %% parameters
A = torch.eye(3) * 2 + torch.randn(3, 3) * 0.1
# %% forward
M = A + x
l = torch.logdet(M)
loss = l ** 2
# %% backward
dl = 2 * l
dM = dl * torch.linalg.inv(M).T
dA = dM
# %% update
A = A - 0.1 * dA
