# right; what pixel_shuffle moves, pixel_unshuffle moves back
# exit 0 · accused: no line
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(38))
# %% parameters
w = torch.randn(4, 1, 1)
# %% forward
z = x * w
p = F.pixel_shuffle(z, 2)
loss = torch.sin(p).sum()
# %% backward
dp = torch.cos(p)
dz = F.pixel_unshuffle(dp, 2)
dw = (dz * x).sum((0, 2, 3))[:, None, None]
# %% update
w = w - 0.1 * dw
