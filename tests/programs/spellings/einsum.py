# %% [markdown]
# # Matrix products and sums with einsum
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
a = torch.einsum("ij,jk->ik", x, W1) + b1
h = torch.tanh(a)
out = h @ W2 + b2
error = out - y
loss = (error**2).sum() / n
# %% backward
derror = torch.einsum("ij,->ij", error, torch.tensor(2 / n, dtype=error.dtype))
dout = torch.einsum("ij->ij", derror)
dh = torch.einsum("ik,jk->ij", dout, W2)
dW2 = torch.einsum("ij,ik->jk", h, dout)
db2 = torch.einsum("ij->j", dout)
da = torch.einsum("ij,ij->ij", 1 - h**2, dh)
dW1 = torch.einsum("ij,ik->jk", x, da)
db1 = torch.einsum("ij->j", da)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
