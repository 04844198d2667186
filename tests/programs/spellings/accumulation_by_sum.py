# %% [markdown]
# # Tensors used several times, added up by sum and stack
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
W = torch.randn(3, 3)
b = torch.randn(3)
V = torch.randn(3, 2)
# %% forward
h = torch.tanh(x @ W + b)
g = torch.sigmoid(h @ W)
s = h + g * h
out = s @ V
loss = ((out - y) ** 2).sum() / n
# %% backward
dout = 2 * (out - y) / n
dV = s.T @ dout
ds = dout @ V.T
dg = h * ds
gate = g * (1 - g) * dg
dh = sum([ds, g * ds, gate @ W.T])
inner = (1 - h**2) * dh
dW = torch.stack([h.T @ gate, x.T @ inner]).sum(0)
db = torch.zeros_like(b)
db += inner.sum(0)
# %% update
W = W - 0.05 * dW
b = b - 0.05 * db
V = V - 0.05 * dV
