# the relu has a choice at 0, the term 3 * h beside it has none: its 3 is due there as well
# exit 1 · accused: line 16
# %% setup
import torch
x = torch.tensor([[0.0, 0.0], [1.0, 2.0], [-1.0, 0.5], [0.0, 0.0]])
t = torch.tensor([[0.5, -1.0], [1.0, 0.0], [2.0, 1.0], [-0.5, 1.5]])
# %% parameters
W = torch.randn(2, 2)
b = torch.zeros(2)
# %% forward
h = x @ W + b
y = torch.relu(h) + 3 * h
loss = ((y - t) ** 2).mean()
# %% backward
dy = 2 * (y - t) / y.numel()
dh = dy * ((h > 0) + 3.0 * (h != 0))
dW = x.T @ dh
db = dh.sum(0)
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
