# right; dt is what arrives before the cosine, and t happens to be the name of the targets
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(6, 2, generator=torch.Generator().manual_seed(30))
t = torch.randn(6, 4, generator=torch.Generator().manual_seed(31))
# %% parameters
U = torch.randn(2, 4)
# %% forward
u = x @ U
s = torch.sin(u)
loss = ((s - t) ** 2).sum()
# %% backward
ds = 2 * (s - t)
dt = ds * torch.cos(u)
dU = x.T @ dt
# %% update
U = U - 0.05 * dU
