# where the clamp holds, nothing flows; the mask is missing
# exit 1 · accused: line 15 · explained
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(51))
late = torch.tensor([True, False, True, True, False, False])
# %% parameters
w = torch.randn(3)
# %% forward
z = x @ w
c = torch.clamp(z + late, 0, 1.5)
loss = (c ** 2).sum()
# %% backward
dc = 2 * c
dz = dc * 1.0
dw = x.T @ dz
# %% update
w = w - 0.1 * dw
