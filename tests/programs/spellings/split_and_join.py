# %% [markdown]
# # Concatenation, chunks and slices
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
U = torch.randn(3, 2)
V = torch.randn(3, 3) * 0.3
w = torch.randn(4, 2) * 0.3
# %% forward
u = x @ U
v = x @ V
joined = torch.cat([u, v], dim=1)
left, right = joined[:, :1], joined[:, 1:]
product = left * right
out = product @ w
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
dw = product.T @ dout
dproduct = dout @ w.T
dleft = (dproduct * right).sum(1, keepdim=True)
dright = dproduct * left
djoined = torch.zeros_like(joined)
djoined[:, :1] += dleft
djoined[:, 1:] += dright
du, dv = djoined.split([2, 3], dim=1)
dU = x.T @ du
dV = x.T @ dv
# %% update
U = U - 0.05 * dU
V = V - 0.05 * dV
w = w - 0.05 * dw
