# %% [markdown]
# # Integer features cast to float, gelu and log_softmax of the library
# %% setup
import math

import torch
import torch.nn.functional as F

raw = torch.randint(0, 5, (12, 4))
lab = raw.sum(1) % 3
# %% parameters
A = torch.randn(4, 8) * 0.3
a0 = torch.randn(8) * 0.1
Bm = torch.randn(8, 3) * 0.3
# %% forward
xf = raw.float() / 4
pre = F.linear(xf, A.T, a0)
hid = F.gelu(pre)
lp = F.log_softmax(hid @ Bm, dim=-1)
loss = F.nll_loss(lp, lab)
# %% backward
dlp = torch.zeros_like(lp)
dlp[torch.arange(12), lab] = -1 / 12
#! dBm, dhid: ds = dlp - dlp.sum(-1, keepdim=True)
ds = dlp - lp.exp() * dlp.sum(-1, keepdim=True)
dBm = hid.T @ ds
#! dhid: dhid = ds @ Bm.T * 1.01
dhid = ds @ Bm.T
cdf = 0.5 * (1 + torch.erf(pre / math.sqrt(2)))
pdf = torch.exp(-0.5 * pre**2) / math.sqrt(2 * math.pi)
#! dpre: dpre = dhid * cdf
#! dpre: dpre = dhid * (cdf - pre * pdf)
dpre = dhid * (cdf + pre * pdf)
dA = xf.T @ dpre
da0 = dpre.sum(0)
# %% update
A, a0, Bm = A - 0.3 * dA, a0 - 0.3 * da0, Bm - 0.3 * dBm
