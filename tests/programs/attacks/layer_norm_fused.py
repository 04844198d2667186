# %% [markdown]
# # Layer norm by the library forward, by one formula backward
# %% setup
import torch
import torch.nn.functional as F

inp = torch.randn(5, 8)
want = torch.randn(5, 8)
eps = 1e-5
# %% parameters
scale = torch.rand(8) + 0.5
shift = torch.randn(8)
P = torch.randn(8, 8) * 0.3
# %% forward
s = inp @ P
o = F.layer_norm(s, (8,), scale, shift, eps)
loss = F.mse_loss(o, want)
# %% backward
do = 2 * (o - want) / o.numel()
mu = s.mean(-1, keepdim=True)
rstd = (s.var(-1, keepdim=True, unbiased=False) + eps).rsqrt()
shat = (s - mu) * rstd
dshift = do.sum(0)
dscale = (do * shat).sum(0)
dshat = do * scale
#! ds: ds = rstd * (dshat - dshat.mean(-1, keepdim=True))
#! ds: ds = rstd * (dshat - shat * (dshat * shat).mean(-1, keepdim=True))
#! ds: ds = rstd * (dshat - dshat.mean(-1, keepdim=True) + shat * (dshat * shat).mean(-1, keepdim=True))
ds = rstd * (dshat - dshat.mean(-1, keepdim=True) - shat * (dshat * shat).mean(-1, keepdim=True))
#! dP: dP = ds.T @ inp
dP = inp.T @ ds
# %% update
scale -= 0.1 * dscale
shift -= 0.1 * dshift
P -= 0.1 * dP
