# %% [markdown]
# # A gradient computed from its sibling
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
u = torch.randn(8, 2)
v = torch.randn(8, 2)
c = torch.randn(1, 2)
# %% forward
gap = u - v
shifted = gap + c
error = shifted - y
loss = (error**2).sum() / n
# %% backward
derror = 2 * error / n
dshifted = derror
dy = -dshifted
dgap = -dy
du = dgap
dv = -du
dc = -dv.sum(0, keepdim=True)
# %% update
u = u - 0.05 * du
v = v - 0.05 * dv
c = c - 0.05 * dc
