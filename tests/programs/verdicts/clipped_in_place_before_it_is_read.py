# a line of its own clips dz, and dW is made from what is left: clipped on purpose, and no gradient
# exit 1 · accused: line 17 · explained
# says: clipped on purpose
# %% setup
import torch

x = torch.randn(6, 4)
t = torch.randn(6, 3)
# %% parameters
W = torch.randn(4, 3)
# %% forward
z = x @ W
a = torch.tanh(z)
loss = ((a - t) ** 2).sum()
# %% backward
dz = 2 * (a - t) * (1 - a**2)
dz.clamp_(-0.1, 0.1)
dW = x.T @ dz
# %% update
W = W - 0.01 * dW
