# %% [markdown]
# A forward that overwrites what it had: of its gradient nothing is said, of all others everything.
# %% setup
import torch
import torch.nn.functional as F

x = torch.randn(6, 4)
y = torch.randn(6, 5)
# %% parameters
W = torch.randn(4, 5)
b = torch.randn(5)
# %% forward
z = x @ W + b
h = F.relu(z, inplace=True)
loss = ((h - y) ** 2).mean()
# %% backward
#! dh: dh = (h - y) / 30
dh = 2 * (h - y) / 30
dz = dh * (h > 0)
#! dW: dW = -x.T @ dz
dW = x.T @ dz
#! db: db = dz.mean(0)
db = dz.sum(0)
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
