# %% [markdown]
# # Gradients read for their shape alone
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
a = x @ W1 + b1
h = torch.tanh(a)
out = h @ W2 + b2
error = out - y
loss = (error**2).sum() / n
# %% backward
derror = 2 * error / n
dout = torch.ones_like(derror) * derror
dh = dout @ W2.T
dW2 = torch.zeros(W2.shape[0], dout.shape[1], dtype=dout.dtype)
dW2 += h.T @ dout
db2 = (torch.ones_like(dW2[:1]) * dout.sum(0)).squeeze(0)
da = torch.full_like(dh, 1.0) - h**2
da = da * dh
dW1 = (x.T @ da).view_as(torch.empty_like(W1))
db1 = da.sum(0).reshape(b1.shape)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
