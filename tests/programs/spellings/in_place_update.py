# %% [markdown]
# # Parameters changed in place
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
dout = derror
dh = dout @ W2.T
dW2 = h.T @ dout
db2 = dout.sum(0)
da = (1 - h**2) * dh
dW1 = x.T @ da
db1 = da.sum(0)
# %% update
for parameter, gradient in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2)):
    parameter.sub_(0.05 * gradient)
