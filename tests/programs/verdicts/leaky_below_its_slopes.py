# -1 is no slope of a leaky relu at 0: between 0.1 and 1 it is a choice
# exit 1 · accused: line 16
# %% setup
import torch
import torch.nn.functional as F
x = torch.tensor([[0.0, 0.0, 0.0], [1.0, -2.0, 0.5], [0.0, 0.0, 0.0], [-1.0, 1.0, 2.0]])
# %% parameters
W = torch.randn(3, 2)
c = torch.zeros(2)
# %% forward
h = x @ W + c
r = F.leaky_relu(h, 0.1)
loss = ((r - 1) ** 2).sum()
# %% backward
dr = 2 * (r - 1)
dh = dr * torch.where(h == 0, -1.0, torch.where(h > 0, 1.0, 0.1))
dW = x.T @ dh
dc = dh.sum(0)
# %% update
W = W - 0.1 * dW
c = c - 0.1 * dc
