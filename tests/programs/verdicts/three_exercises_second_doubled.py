# dz stands for three gradients in turn; the second is twice too large
# exit 1 · accused: line 29 · explained
# never: completes
# %% setup
import torch
g = torch.Generator().manual_seed(9)
x = torch.randn(7, 4, generator=g)
t = torch.randn(7, 3, generator=g)
# %% parameters
A = torch.randn(4, 3)
B = torch.randn(4, 3)
C = torch.randn(4, 3)
# %% forward
z = x @ A
p = torch.tanh(z)
l1 = (p * t).sum()
z = x @ B
q = torch.sigmoid(z)
l2 = ((q - t) ** 2).mean()
z = x @ C
r = torch.exp(-z * z)
l3 = r.sum()
loss = l1 + l2 + l3
# %% backward
dp = t
dz = dp * (1 - p * p)
dA = x.T @ dz
dq = 2 * (q - t) / t.numel()
dz = dq * q * (1 - q) * 2
dB = x.T @ dz
dr = torch.ones_like(r)
dz = dr * r * (-2 * z)
dC = x.T @ dz
# %% update
A = A - 0.1 * dA
