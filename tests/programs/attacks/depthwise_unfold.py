# %% [markdown]
# A depthwise convolution by unfold, a pointwise one, Huber loss written with where
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(2, 3, 5, 5)
y = torch.randn(2, 4, 5, 5) * 2
delta = 0.7
# %% parameters
D = torch.randn(3, 9) * 0.4
Q = torch.randn(3, 4)
# %% forward
cols = F.unfold(x, 3, padding=1).view(2, 3, 9, 25)
dw = (cols * D[None, :, :, None]).sum(2)
pw = torch.einsum("bcl,co->bol", dw, Q)
r = pw - y.flatten(2)
small = r.abs() <= delta
h = torch.where(small, 0.5 * r * r, delta * (r.abs() - 0.5 * delta))
loss = h.mean()
# %% backward
dh = torch.full_like(h, 1 / h.numel())
#! dr: dr = dh * torch.where(small, r, r.sign())
#! dr: dr = dh * torch.where(small, 0.5 * r, delta * r.sign())
dr = dh * torch.where(small, r, delta * r.sign())
dpw = dr
#! dQ: dQ = torch.einsum("bcl,bol->co", cols[:, :, 4], dpw)
dQ = torch.einsum("bcl,bol->co", dw, dpw)
ddw = torch.einsum("bol,co->bcl", dpw, Q)
#! dcols: dcols = ddw[:, :, None] * D.flip(1)[None, :, :, None]
dcols = ddw[:, :, None] * D[None, :, :, None]
#! dD: dD = (ddw[:, :, None] * cols).mean((0, 3))
dD = (ddw[:, :, None] * cols).sum((0, 3))
#! dx: dx = F.fold(dcols.view(2, 27, 25).flip(1), (5, 5), 3, padding=1)
dx = F.fold(dcols.view(2, 27, 25), (5, 5), 3, padding=1)
# %% update
D -= 0.1 * dD
Q -= 0.1 * dQ
