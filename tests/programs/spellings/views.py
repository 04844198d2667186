# %% [markdown]
# # Views, reshapes and expansions
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
a = x.unsqueeze(1).squeeze(1) @ W1 + b1.expand(n, 5)
h = torch.tanh(a)
grid = h.view(n, 1, 5)
out = grid.squeeze(1) @ W2 + b2[None, :]
error = out - y
loss = error.pow(2).sum() / n
# %% backward
derror = (2 / n * error.reshape(-1)).view(n, -1)
dout = derror.contiguous()
dgrid = (dout @ W2.T).unflatten(1, (1, 5))
dh = dgrid.flatten(1)
dW2 = grid.reshape(n, 5).T @ dout
db2 = dout.sum(0)
da = (1 - h**2) * dh.reshape(h.shape)
dW1 = (x[..., :, None] * da[..., None, :]).sum(0)
db1 = da.view(2, 4, 5).sum((0, 1))
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
