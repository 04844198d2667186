# V is updated as soon as its gradient is known, and dh is made from what it is afterwards
# exit 1 · accused: line 19
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(83))
t = torch.randn(5, 2, generator=torch.Generator().manual_seed(84))
# %% parameters
U = torch.randn(3, 4) * 0.5
V = torch.randn(4, 2) * 0.5
# %% forward
h = torch.sigmoid(x @ U)
o = h @ V
e = o - t
loss = (e ** 2).sum()
# %% backward
do = 2 * e
dV = h.T @ do
V -= 0.05 * dV
dh = do @ V.T
dU = x.T @ (dh * h * (1 - h))
# %% update
U -= 0.05 * dU
