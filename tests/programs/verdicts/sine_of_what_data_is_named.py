# dt is what arrives before the sine, t the targets; it has sin for cos
# exit 1 · accused: line 16 · explained
# %% setup
import torch
x = torch.randn(6, 2, generator=torch.Generator().manual_seed(30))
t = torch.randn(6, 4, generator=torch.Generator().manual_seed(31))
# %% parameters
U = torch.randn(2, 4)
b = torch.randn(4)
# %% forward
u = x @ U + b
s = torch.sin(u)
loss = ((s - t) ** 2).sum()
# %% backward
ds = 2 * (s - t)
dt = ds * torch.sin(u)
dU = x.T @ dt
db = dt.sum(0)
# %% update
U = U - 0.05 * dU
b = b - 0.05 * db
