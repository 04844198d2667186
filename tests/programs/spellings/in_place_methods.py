# %% [markdown]
# # Gradients finished in place by methods
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
derror = error.clone()
derror.mul_(2).div_(n)
dout = torch.empty_like(derror)
dout.copy_(derror)
dh = dout @ W2.T
dW2 = torch.zeros_like(W2)
dW2.addmm_(h.T, dout)
db2 = torch.zeros_like(b2)
for row in dout:
    db2.add_(row)
da = h.clone()
da.pow_(2).neg_().add_(1).mul_(dh)
dW1 = x.T @ da
db1 = torch.ones_like(b1).neg_()
db1.add_(da.sum(0)).add_(1)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
