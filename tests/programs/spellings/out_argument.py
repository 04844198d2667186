# %% [markdown]
# # Results written with out
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
derror = torch.empty_like(error)
torch.mul(error, 2 / n, out=derror)
dout = torch.zeros_like(out)
torch.add(dout, derror, out=dout)
dh = torch.empty_like(h)
torch.mm(dout, W2.T, out=dh)
dW2 = torch.empty_like(W2)
torch.matmul(h.T, dout, out=dW2)
db2 = torch.empty_like(b2)
torch.sum(dout, 0, out=db2)
slope = torch.sub(1, h**2)
da = torch.empty_like(a)
torch.mul(slope, dh, out=da)
dW1 = torch.empty_like(W1)
torch.mm(x.T, da, out=dW1)
db1 = torch.sum(da, dim=0)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
