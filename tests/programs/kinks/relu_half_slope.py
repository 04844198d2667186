# %% [markdown]
# # Zero biases and padded rows: half a slope at the ties
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
x[5:] = 0
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.zeros(5)
W2 = torch.randn(5, 2)
b2 = torch.randn(2)
# %% forward
a = x @ W1 + b1
h = a.relu()
out = h @ W2 + b2
error = out - y
loss = (error**2).sum() / n
# %% backward
derror = 2 * error / n
dout = derror
dh = dout @ W2.T
dW2 = h.T @ dout
db2 = dout.sum(0)
da = dh * ((a > 0).to(dh.dtype) + (a >= 0)) / 2
dW1 = x.T @ da
db1 = da.sum(0)
# %% update
W1 = W1 - 0.05 * dW1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
