# all entries lack a factor pt, those that the second line sets are right
# exit 1 · accused: line 16 · explained
# %% setup
import torch
y = torch.tensor([2, 0, 1, 1, 0])
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(76))
rows = torch.arange(5)
# %% parameters
w = torch.randn(3)
# %% forward
z = x * w
p = torch.softmax(z, 1)
pt = p[rows, y].unsqueeze(1)
loss = (pt ** 2).mean()
# %% backward
dz = -2 * pt * p / len(y)
dz[rows, y] = (2 * pt ** 2 * (1 - pt)).squeeze(1) / len(y)
dw = (dz * x).sum(0)
# %% update
w = w - 0.1 * dw
