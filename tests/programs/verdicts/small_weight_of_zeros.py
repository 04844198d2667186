# the decay is half of what belongs, and small; the weights are zero
# exit 1 · accused: line 14
# %% setup
import torch
x = torch.randn(20, 3)
y = (x[:, :1] > 0).float()
# %% parameters
w = torch.zeros(3, 1)
# %% forward
p = torch.sigmoid(x @ w)
loss = -(y * p.log() + (1 - y) * (1 - p).log()).mean() + 0.001 * (w ** 2).sum()
# %% backward
dz = (p - y) / 20
dw = x.T @ dz + 0.001 * w
