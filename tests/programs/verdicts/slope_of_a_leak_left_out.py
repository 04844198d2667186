# nothing comes through the half that leaks: the number is told, and no path is said to be missing
# exit 1 · accused: line 16 · explained
# says: 0.0 where 0.1 belongs
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
dz = da * torch.where(z > 0, 1.0, 0.0)
dW = x.T @ dz
