# %% [markdown]
# RMSNorm, then a gated SiLU layer
# %% setup
import torch
x = torch.randn(6, 5)
y = torch.randn(6, 5)
# %% parameters
gain = torch.rand(5) + 0.5
Wg = torch.randn(5, 7) * 0.5
Wu = torch.randn(5, 7) * 0.5
Wd = torch.randn(7, 5) * 0.5
# %% forward
ms = x.square().mean(-1, keepdim=True)
inv = torch.rsqrt(ms + 1e-6)
n = x * inv * gain
g = n @ Wg
u = n @ Wu
sg = torch.sigmoid(g)
a = g * sg
m = a * u
out = x + m @ Wd
err = out - y
loss = torch.nn.functional.smooth_l1_loss(out, y)
# %% backward
#! dout: dout = err.clamp(-1, 1)
dout = err.clamp(-1, 1) / err.numel()
dWd = m.T @ dout
dm = dout @ Wd.T
#! du: du = dm * g
du = dm * a
da = dm * u
#! dg: dg = da * sg
#! dg: dg = da * (sg + g * sg)
dg = da * sg * (1 + g * (1 - sg))
dWg = n.T @ dg
dWu = n.T @ du
#! dn: dn = dg @ Wg.T
dn = dg @ Wg.T + du @ Wu.T
#! dgain: dgain = (dn * x).sum(0)
dgain = (dn * x * inv).sum(0)
dinv = (dn * x * gain).sum(-1, keepdim=True)
#! dms: dms = -0.5 * dinv * inv
dms = -0.5 * dinv * inv ** 3
#! dx: dx = dout + dn * gain * inv
#! dx: dx = dn * gain * inv + dms * 2 * x / x.shape[-1]
dx = dout + dn * gain * inv + dms * 2 * x / x.shape[-1]
# %% update
for p, d in ((gain, dgain), (Wg, dWg), (Wu, dWu), (Wd, dWd)):
    p -= 0.05 * d
