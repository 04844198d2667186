# %% [markdown]
# # A written dloss that only some lines use
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
squared = error**2
summed = squared.sum()
penalty = (W1**2).sum()
mean = summed / n
loss = mean + 0.1 * penalty
# %% backward
dloss = torch.ones_like(loss)
dmean = dloss.clone()
dpenalty = 0.1 * dloss
dsummed = dmean / n
dsquared = dsummed.expand_as(squared)
derror = 2 * error / n
dout = 2 * error * dsquared
dh = dout @ W2.T
dW2 = h.T @ dout
db2 = derror.sum(0)
da = (1 - h**2) * dh
dW1 = x.T @ da + 0.2 * W1
db1 = da.sum(0)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
