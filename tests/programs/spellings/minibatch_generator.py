# %% [markdown]
# # A minibatch drawn from a generator, with noise from random
# %% setup
import random

import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
batches = torch.Generator().manual_seed(9)
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 2)
b2 = torch.randn(2)
# %% forward
batch = torch.randperm(n, generator=batches)[:4]
xb, yb = x[batch] + random.random(), y[batch]
ab = xb @ W1 + b1
h = torch.tanh(ab)
out = h @ W2 + b2
error = out - yb
loss = (error**2).sum() / len(batch)
# %% backward
derror = 2 * error / len(batch)
dout = derror
dh = dout @ W2.T
dW2 = h.T @ dout
db2 = dout.sum(0)
dab = (1 - h**2) * dh
dW1 = xb.T @ dab
db1 = dab.sum(0)
dx = torch.zeros_like(x)
dx.index_add_(0, batch, dab @ W1.T)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
