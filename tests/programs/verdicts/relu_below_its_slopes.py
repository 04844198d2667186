# -2 is no slope of relu at 0: between 0 and 1 it is a choice
# exit 1 · accused: line 17
# %% setup
import torch
x = torch.tensor([[0.0, 0.0, 0.0], [1.0, -1.0, 2.0], [0.5, 2.0, -1.0]])
t = torch.tensor([[1.0, -2.0], [0.5, 0.5], [-1.0, 1.0]])
# %% parameters
W = torch.randn(3, 2)
b = torch.zeros(2)
# %% forward
z = x @ W + b
a = torch.relu(z)
loss = ((a - t) ** 2).sum()
# %% backward
da = 2 * (a - t)
slope = (z > 0).to(z.dtype)
dz = da * (slope - 2.0 * (z == 0))
dW = x.T @ dz
db = dz.sum(0)
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
