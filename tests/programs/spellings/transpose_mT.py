# %% [markdown]
# # Transposes with mT, transpose, permute and swapaxes
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
dh = dout @ W2.mT
dW2 = h.transpose(0, 1) @ dout
db2 = dout.permute(1, 0).sum(-1)
da = (1 - h**2) * dh
dW1 = torch.transpose(x, -2, -1) @ da
db1 = torch.swapaxes(da, 0, 1).sum(1)
dx = da @ W1.mT
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
