# %% [markdown]
# # dloss as a tensor with one entry, used everywhere
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
w = torch.randn(3, 2)
# %% forward
out = x @ w
error = out - y
loss = error.pow(2).mean()
# %% backward
dloss = torch.tensor(1.0, dtype=loss.dtype)
derror = dloss * 2 * error / error.numel()
dout = derror
dw = x.T @ dout
dx = dout @ w.T
# %% update
w = w - 0.05 * dw
