# the mark is for what goes straight through; the penalty below it, under the same name, is half too large
# exit 1 · accused: line 18 · explained
# says: 3 where 2 belongs|1.5 times
# %% setup
import torch

x = torch.randn(4, 3)
t = torch.randn(4, 3)
# %% parameters
W = torch.randn(3, 3)
# %% forward
z = x @ W
h = torch.sign(z)
loss = ((h - t) ** 2).sum() + (z**2).sum()
# %% backward
dh = 2 * (h - t)
dz = dh  # deliberate: straight through the sign
dz = dz + 3 * z
dW = x.T @ dz
# %% update
W -= 0.01 * dW
