# 0.3333 is not a third: wrong by more than float32 can hide
# exit 1 · accused: line 15
# %% setup
import torch
third = 0.3333
x = torch.randn(3, 4, generator=torch.Generator().manual_seed(17))
# %% parameters
w = torch.randn(4)
# %% forward
z = x * w
m = z.mean(0)
loss = (m ** 2).sum()
# %% backward
dm = 2 * m
dz = (dm * third).expand_as(z)
dw = (dz * x).sum(0)
# %% update
w = w - 0.1 * dw
