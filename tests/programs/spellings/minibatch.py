# %% [markdown]
# # A minibatch drawn in the forward
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 2)
b2 = torch.randn(2)
# %% forward
batch = torch.randint(0, n, (4,))
xb, yb = x[batch], y[batch]
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
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
