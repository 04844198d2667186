# %% [markdown]
# # Functions of torch for every operator
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
a = torch.add(torch.matmul(x, W1), b1)
h = torch.tanh(a)
out = torch.add(torch.mm(h, W2), b2)
error = torch.subtract(out, y)
loss = torch.div(torch.sum(torch.square(error)), n)
# %% backward
derror = torch.div(torch.mul(2, error), n)
dout = torch.clone(derror)
dh = torch.matmul(dout, torch.transpose(W2, 0, 1))
dW2 = torch.tensordot(h, dout, dims=([0], [0]))
db2 = torch.sum(dout, dim=0)
da = torch.multiply(torch.rsub(torch.square(h), 1), dh)
dW1 = torch.bmm(x.unsqueeze(2), da.unsqueeze(1)).sum(0)
db1 = torch.einsum("nk->k", da)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
