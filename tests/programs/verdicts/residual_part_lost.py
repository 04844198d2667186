# dh is only what arrives by the skip, and dA is made from it: the path through k is lost
# exit 1 · accused: line 21 · explained
# %% setup
import torch
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(8))
t = torch.randn(5, 3, generator=torch.Generator().manual_seed(9))
# %% parameters
A = torch.randn(4, 3) * 0.5
B = torch.randn(3, 3) * 0.5
# %% forward
u = x @ A
h = torch.sin(u)
k = torch.tanh(h @ B)
y = h + k
loss = ((y - t) ** 2).sum()
# %% backward
dy = 2 * (y - t)
dk = dy
dpre = dk * (1 - k * k)
dB = h.T @ dpre
dh = dy.clone()
du = dh * torch.cos(u)
dA = x.T @ du
# %% update
A = A - 0.05 * dA
B = B - 0.05 * dB
