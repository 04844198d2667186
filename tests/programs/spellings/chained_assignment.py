# %% [markdown]
# # Two gradients that are the same tensor
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.randn(5)
c1 = torch.randn(8, 5)
W2 = torch.randn(5, 2)
b2 = torch.randn(2)
# %% forward
z = x @ W1 + b1
a = z + c1
h = torch.tanh(a)
out = h @ W2 + b2
error = out - y
loss = (error**2).sum() / n
# %% backward
derror = dout = 2 * error / n
dh = dout @ W2.T
dW2, db2 = h.T @ dout, dout.sum(0)
da = dz = dc1 = dh * (1 - h**2)
dW1 = x.T @ dz
db1 = dz.sum(0)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
c1 = c1 - 0.05 * dc1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
