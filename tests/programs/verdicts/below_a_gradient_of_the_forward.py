# dz, which the forward writes, is right; db averages where it has to sum
# exit 1 · accused: line 17 · explained
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
dz = 2 * (z - y) / n
loss = ((z - y) ** 2).mean()
# %% backward
dw = x.T @ dz
db = dz.mean(0, keepdim=True)
