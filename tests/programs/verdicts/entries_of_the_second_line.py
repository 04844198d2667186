# the gathered entries lack a factor pt, those of the first line are right
# exit 1 · accused: line 17 · explained
# %% setup
import torch
y = torch.tensor([1, 0, 2, 2])
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(62))
n = torch.arange(4)
# %% parameters
w = torch.randn(3)
# %% forward
z = x * w
p = torch.softmax(z, 1)
pt = p[n, y]
loss = (pt ** 2).sum()
# %% backward
dz = -2 * (pt ** 2).unsqueeze(1) * p
dz[n, y] = 2 * pt * (1 - pt)
dw = (dz * x).sum(0)
