# %% [markdown]
# # Gradients written in an odd order
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
dW2 = h.T @ (2 * error / n)
db1 = (2 * error / n @ W2.T * (1 - h**2)).sum(0)
dout = 2 * error / n
db2 = dout.sum(0)
da = dout @ W2.T * (1 - h**2)
dW1 = x.T @ da
dh = dout @ W2.T
dx = da @ W1.T
derror = dout
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
