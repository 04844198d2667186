# dw is twice too large; no convention excuses the gradient of a parameter
# exit 1 · accused: line 18 or 21 · explained
# %% setup
import torch
ids = torch.tensor([[0, 2, 1, 1, 0], [2, 2, 0, 1, 2]])
t = torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(3))
# %% parameters
E = torch.randn(3, 3)
w = torch.randn(3, 3)
# %% forward
x = E[ids].mT
y = torch.zeros(2, 3, 3)
for j in range(3):
    y = y + w[:, j, None] * x[:, :, j:j + 3]
loss = ((y - t) ** 2).mean()
# %% backward
dy = 2 * (y - t) / y.numel()
dw = torch.zeros_like(w)
dx = torch.zeros_like(x)
for j in range(3):
    dw[:, j] = (dy * x[:, :, j:j + 3]).sum((0, 2)) * 2
    dx[:, :, j:j + 3] += dy * w[:, j, None]
dE = torch.zeros_like(E).index_add(0, ids.flatten(), dx.mT.flatten(0, 1))
# %% update
E = E - 0.1 * dE
w = w - 0.1 * dw
