# %% [markdown]
# # Lambdas in setup, a function defined in backward
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]

scale_error = lambda e: 2 * e / n
product = lambda left, upstream: left.T @ upstream
down = lambda upstream: upstream.sum(0)
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
def through(upstream, weight):
    return upstream @ weight.T


dout = scale_error(error)
dh = through(dout, W2)
dW2, db2 = product(h, dout), down(dout)
da = (lambda slope: slope * dh)(1 - h**2)
dW1, db1 = product(x, da), down(da)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
