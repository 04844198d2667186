# %% [markdown]
# # Gradients of data
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
loss = (error * error).sum() / n
# %% backward
derror = 2 / n * error
dout = +derror
dy = -derror
dx = dout @ w.T
dw = x.T @ dout
# %% update
w = w - 0.05 * dw
