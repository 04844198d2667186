# %% [markdown]
# # Tensors used several times, added up by rebinding
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
through_g = g * (1 - g) * dg
dh = ds + g * ds
dh = dh + through_g @ W.T
through_h = (1 - h**2) * dh
dW = h.T @ through_g
dW = dW + x.T @ through_h
db = through_h.sum(0)
# %% update
W = W - 0.05 * dW
b = b - 0.05 * db
V = V - 0.05 * dV
