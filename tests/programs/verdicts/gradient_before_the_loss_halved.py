# a line of the forward writes dz without its 2, before the loss; dw and db are right
# exit 1 · accused: line 14 · explained
# says: 2 times too small
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(6, generator=torch.Generator().manual_seed(2))
n = len(y)
# %% parameters
w = torch.randn(3)
b = torch.zeros(1)
# %% forward
z = x @ w + b
dz = (z - y) / n
loss = ((z - y) ** 2).mean()
# %% backward
dw = x.T @ dz
db = dz.sum(0, keepdim=True)
# %% update
w = w - 0.1 * dw
b = b - 0.1 * db
