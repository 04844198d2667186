# %% [markdown]
# # Everything summed in loops
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
dW1 = torch.zeros_like(W1)
db1 = torch.zeros_like(b1)
dW2 = torch.zeros_like(W2)
db2 = torch.zeros_like(b2)
dout = torch.empty_like(out)
dh = torch.empty_like(h)
da = torch.empty_like(a)
for i in range(n):
    dout[i] = 2 * error[i] / n
    dh[i] = W2 @ dout[i]
    da[i] = (1 - h[i] ** 2) * dh[i]
    dW2 += torch.outer(h[i], dout[i])
    db2 += dout[i]
    dW1 += torch.outer(x[i], da[i])
    db1 += da[i]
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
