# every pass of the forward keeps a dz that is half of what it has to be; dW only adds them up
# exit 1 · accused: line 21 · explained
# says: 2 times too small
# %% setup
import torch
T = 4
x = torch.randn(T, 5, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(T, 5, 2, generator=torch.Generator().manual_seed(2))
def mse(z, y): return ((z - y) ** 2).sum(), (z - y)
# %% parameters
W = torch.randn(3, 2)
V = torch.randn(2, 2)
# %% forward
loss = 0.0
dzs, hs = [], []
h = torch.zeros(5, 2)
for t in range(T):
    z = x[t] @ W

    hs.append(x[t])
    l, dz = mse(z, y[t])
    loss = loss + l
    dzs.append(dz)
loss = loss + (V ** 2).sum()
# %% backward
dW = torch.zeros_like(W)
for t in range(T):
    dW += x[t].T @ dzs[t]
dV = 2 * V
