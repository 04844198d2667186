# sd depends on a as well, and that path is left out
# exit 1 · accused: line 17 · explained
# says: \bsd\b
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(26))
t = torch.randn(6, 3, generator=torch.Generator().manual_seed(27))
# %% parameters
w = torch.randn(3)
# %% forward
a = x * w
sd = torch.sqrt((a ** 2).mean(0) + 0.1)
z = a / sd
loss = (z * t).sum() + (z ** 3).sum()
# %% backward
dz = t + 3 * z ** 2
da = dz / sd
dw = (da * x).sum(0)
# %% update
w = w - 0.1 * dw
