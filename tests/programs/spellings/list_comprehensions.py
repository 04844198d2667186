# %% [markdown]
# # Rows computed in list comprehensions
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
derror = torch.stack([2 * row / n for row in error])
dout = torch.stack([row for row in derror])
dh = torch.stack([W2 @ row for row in dout])
dW2 = sum([torch.outer(left, right) for left, right in zip(h, dout)])
db2 = torch.stack([column.sum() for column in dout.T])
da = torch.stack([(1 - value**2) * upstream for value, upstream in zip(h, dh)])
dW1 = torch.stack([torch.outer(x[i], da[i]) for i in range(n)]).sum(0)
db1 = sum(da[i] for i in range(n))
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
