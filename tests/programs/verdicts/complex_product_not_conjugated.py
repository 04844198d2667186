# the other factor belongs conjugated
# exit 1 · accused: line 16 · explained
# %% setup
import torch
x = torch.randn(4, dtype=torch.cfloat, generator=torch.Generator().manual_seed(48))
t = torch.randn(4, dtype=torch.cfloat, generator=torch.Generator().manual_seed(49))
# %% parameters
c = torch.randn(4, dtype=torch.cfloat)
# %% forward
z = c * x
e = z - t
loss = (e.abs() ** 2).mean()
# %% backward
de = 2 * e / len(e)
dz = de
dc = dz * x
# %% update
c = c - 0.1 * dc
