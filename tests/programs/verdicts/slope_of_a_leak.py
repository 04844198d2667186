# the slope of the other half is another than that of the forward: the number is told, whatever else would do
# exit 1 · accused: line 16 · explained
# says: 0.01 where 0.1 belongs
# %% setup
import torch
x = torch.randn(20, 4)
y = torch.randn(20, 3)
# %% parameters
W = torch.randn(4, 3) * 0.5
# %% forward
z = x @ W
a = torch.where(z > 0, z, 0.1 * z)
loss = ((a - y) ** 2).mean()
# %% backward
da = 2 * (a - y) / a.numel()
dz = torch.where(z > 0, da, 0.01 * da)
dW = x.T @ dz
