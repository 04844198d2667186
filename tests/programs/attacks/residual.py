# %% [markdown]
# # A residual stream that is added to in place of names of its own
# %% setup
import torch

x0 = torch.randn(6, 5)
target = torch.randn(6, 5)
# %% parameters
A = torch.randn(5, 5) * 0.4
B = torch.randn(5, 5) * 0.4
gain = torch.rand(5) + 0.5
# %% forward
u = x0 @ A
r1 = x0 + torch.tanh(u)
v = r1 @ B
r2 = r1 + torch.sigmoid(v) * gain
loss = ((r2 - target) ** 2).mean()
# %% backward
#! dr2: dr2 = 2 * (r2 - target) / r2.shape[0]
dr2 = 2 * (r2 - target) / r2.numel()
dr1 = dr2.clone()
sig = torch.sigmoid(v)
#! dgain: dgain = (dr2 * v).sum(0)
dgain = (dr2 * sig).sum(0)
#! dv: dv = dr2 * sig * (1 - sig)
dv = dr2 * gain * sig * (1 - sig)
#! dr1: dr1 += dv @ B
dr1 += dv @ B.T
dB = r1.T @ dv
dx0 = dr1.clone()
du = dr1 * (1 - torch.tanh(u) ** 2)
dA = x0.T @ du
#! dx0: pass
dx0 += du @ A.T
# %% update
A -= 0.1 * dA
B -= 0.1 * dB
gain -= 0.1 * dgain
