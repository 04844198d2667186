# each entry is repeated twice; the mean over the pair is half of the sum that belongs
# exit 1 · accused: line 15 · explained
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(37))
# %% parameters
w = torch.randn(3, 1)
# %% forward
z = x * w
u = F.interpolate(z, scale_factor=2, mode="nearest")
loss = (u ** 3).sum()
# %% backward
du = 3 * u ** 2
dz = du.view(2, 3, 4, 2).mean(3)
dw = (dz * x).sum((0, 2))[:, None]
# %% update
w = w - 0.01 * dw
