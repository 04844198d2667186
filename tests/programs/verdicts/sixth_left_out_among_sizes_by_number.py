# / 6 is left out in one term, and other lines have the size as a number
# exit 1 · accused: line 18 · explained
# says: not divided by 6
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(9))
y = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
# %% parameters
w = torch.tensor([0.5, -1.0, 0.2])
v = torch.tensor([-0.3, 0.8, 0.6])
# %% forward
a = x @ w
c = x @ v
p = torch.sigmoid(a)
loss1 = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
loss = loss1 + 0.1 * torch.relu(1 - a * c).mean()
# %% backward
da = p - y
act = (1 - a * c > 0) / 6 * 0.1
da = da - act * c
dc = -act * a
dw = x.T @ da
dv = x.T @ dc
