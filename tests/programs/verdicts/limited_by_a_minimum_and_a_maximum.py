# clipped by the smaller and the larger of two numbers: named, and wrong until it is marked
# exit 1 · accused: line 17 · explained
# says: clipped on purpose\? x.T @ dz alone
# %% setup
import torch

x = torch.randn(5, 3)
t = torch.randn(5, 2)
most = torch.tensor(0.5)
# %% parameters
W = torch.randn(3, 2)
# %% forward
z = x @ W
loss = ((z - t) ** 2).mean()
# %% backward
dz = 2 * (z - t) / z.numel()
dW = torch.maximum(torch.minimum(x.T @ dz, most), -most)
# %% update
W = W - 0.1 * dW
