# the gain of a group norm: the sign is wrong
# exit 1 · accused: line 16 · explained
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(36))
# %% parameters
g = torch.ones(4) * 0.8
b = torch.zeros(4)
# %% forward
y = F.group_norm(x, 2, g, b)
loss = (y ** 3).mean()
# %% backward
dy = 3 * y ** 2 / y.numel()
n = F.group_norm(x, 2)
dg = -(dy * n).sum((0, 2))
db = dy.sum((0, 2))
# %% update
g = g - 0.1 * dg
b = b - 0.1 * db
