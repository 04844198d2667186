# %% [markdown]
# # dh becomes the gradient of the unnamed pre-activation by `dh *= mask`
# %% setup
import torch

x = torch.randn(8, 4)
y = torch.randn(8, 2)
# %% parameters
W1 = torch.randn(4, 6)
b1 = torch.randn(6) * 0.1
W2 = torch.randn(6, 2)
# %% forward
h = torch.relu(x @ W1 + b1)
out = h @ W2
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
dW2 = h.T @ dout
#! dh: dh = dout @ -W2.T
dh = dout @ W2.T
mask = h > 0
#! dh of line 23: dh *= ~mask
dh *= mask
#! dW1: dW1 = 2 * x.T @ dh
dW1 = x.T @ dh
#! db1: db1 = dh.mean(0)
db1 = dh.sum(0)
# %% update
W1 -= 0.1 * dW1
b1 -= 0.1 * db1
W2 -= 0.1 * dW2
