# the slope of the step is a surrogate, beside a penalty that is right: named, and wrong until it is marked
# exit 1 · accused: line 16 · explained
# says: surrogate slope on purpose
# %% setup
import torch

x = torch.randn(4, 6)
# %% parameters
W = torch.randn(6, 3)
# %% forward
v = x @ W
s = (v > 0).float()
loss = ((s - 0.3) ** 2).sum() + 0.1 * (v**2).sum()
# %% backward
ds = 2 * (s - 0.3)
dv = ds / (1 + 10 * v.abs()) ** 2 + 0.2 * v
dW = x.T @ dv
# %% update
W -= 0.01 * dW
