# %% [markdown]
# # Matrix products as functions and methods
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
a = torch.addmm(b1, x, W1)
h = torch.tanh(a)
out = torch.nn.functional.linear(h, W2.T, b2)
error = out - y
loss = (error**2).sum() / n
# %% backward
derror = torch.mul(error, 2).div(n)
dout = 1.0 * derror
dh = torch.mm(dout, W2.T)
dW2 = torch.matmul(h.T, dout)
db2 = torch.sum(dout, 0)
da = torch.mul(1 - torch.pow(h, 2), dh)
dW1 = x.T.mm(da)
db1 = da.T.mv(torch.ones(n, dtype=da.dtype))
dx = da.matmul(W1.T)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
