# %% [markdown]
# The mask of a dropout is not at hand: the backward reads it off the result.
# %% setup
import torch
import torch.nn.functional as F

X = torch.randn(20, 3)
p = 0.4
# %% parameters
W = torch.randn(3, 4)
# %% forward
pre = X @ W
h = F.dropout(torch.tanh(pre), p)
loss = (h**2).mean()
# %% backward
#! dh: dh = 2 * h
dh = 2 * h / h.numel()
#! dpre: dpre = dh * (h != 0) * (1 - (h * (1 - p)) ** 2)
dpre = dh * ((h != 0) / (1 - p)) * (1 - (h * (1 - p)) ** 2)
#! dW: dW = X.T @ dpre / 20
dW = X.T @ dpre
# %% update
W = W - 0.1 * dW
