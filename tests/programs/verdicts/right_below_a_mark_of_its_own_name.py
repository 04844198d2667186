# right: what goes straight through is marked, the two contributions below it are gradients
# exit 0 · accused: no line
# says: deliberate
# %% setup
import torch

x = torch.randn(4, 3)
t = torch.randn(4, 3)
# %% parameters
W = torch.randn(3, 3)
# %% forward
z = x @ W
h = torch.round(z)
s = torch.tanh(z)
loss = ((h - t) ** 2).sum() + (z**2).sum() + (s * t).sum()
# %% backward
dh = 2 * (h - t)
ds = t
dz = dh.clone()  # deliberate: straight through the rounding
dz += 2 * z
dz += ds * (1 - s**2)
dW = x.T @ dz
# %% update
W -= 0.01 * dW
