# the slope of the sigmoid is taken with what goes into it, in both of its places
# exit 1 · accused: line 16 · explained
# says: reads z where a belongs, in both places
# %% setup
import torch
x = torch.randn(20, 4)
y = torch.randn(20, 3)
# %% parameters
W = torch.randn(4, 3) * 0.5
# %% forward
z = x @ W
a = z.sigmoid()
loss = ((a - y) ** 2).mean()
# %% backward
da = 2 * (a - y) / a.numel()
dz = da * z * (1 - z)
dW = x.T @ dz
