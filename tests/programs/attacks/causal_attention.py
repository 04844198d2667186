# %% [markdown]
# # Two heads of causal attention, masked_fill with minus infinity
# %% setup
import math

import torch

B, T, Cn, nh = 2, 4, 6, 2
hs = Cn // nh
xin = torch.randn(B, T, Cn)
tgt = torch.randn(B, T, Cn)
mask = torch.tril(torch.ones(T, T)).view(1, 1, T, T)
# %% parameters
Wqkv = torch.randn(Cn, 3 * Cn) * 0.4
Wo = torch.randn(Cn, Cn) * 0.4
# %% forward
qkv = xin @ Wqkv
q, k, v = qkv.split(Cn, dim=2)
q = q.view(B, T, nh, hs).transpose(1, 2)
k = k.view(B, T, nh, hs).transpose(1, 2)
v = v.view(B, T, nh, hs).transpose(1, 2)
att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(hs))
masked = att.masked_fill(mask == 0, float("-inf"))
prob = torch.softmax(masked, dim=-1)
yh = prob @ v
ycat = yh.transpose(1, 2).contiguous().view(B, T, Cn)
out = ycat @ Wo
loss = ((out - tgt) ** 2).mean()
# %% backward
dout = 2 * (out - tgt) / out.numel()
dycat = dout @ Wo.T
dWo = ycat.reshape(-1, Cn).T @ dout.reshape(-1, Cn)
#! dyh: dyh = dycat.view(B, nh, T, hs)
dyh = dycat.view(B, T, nh, hs).transpose(1, 2)
dprob = dyh @ v.transpose(-2, -1)
#! dv: dv = prob @ dyh
dv = prob.transpose(-2, -1) @ dyh
#! dmasked: dmasked = prob * (dprob - dprob.sum(-1, keepdim=True))
dmasked = prob * (dprob - (dprob * prob).sum(-1, keepdim=True))
#! datt: datt = dmasked.masked_fill(mask == 0, 1.0)
datt = dmasked.masked_fill(mask == 0, 0.0)
dq = datt @ k / math.sqrt(hs)
#! dk: dk = datt @ q / math.sqrt(hs)
#! dk: dk = datt.transpose(-2, -1) @ q
dk = datt.transpose(-2, -1) @ q / math.sqrt(hs)


def merge(d):
    return d.transpose(1, 2).reshape(B, T, Cn)


#! dqkv: dqkv = torch.cat([merge(dq), merge(dv), merge(dk)], dim=2)
dqkv = torch.cat([merge(dq), merge(dk), merge(dv)], dim=2)
dWqkv = torch.einsum("btc,btd->cd", xin, dqkv)
dxin = dqkv @ Wqkv.T
# %% update
Wqkv = Wqkv - 0.5 * dWqkv
Wo = Wo - 0.5 * dWo
