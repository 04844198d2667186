# %% [markdown]
# # A recurrent net that writes its states into a preallocated tensor
# %% setup
import torch

steps = 5
seq = torch.randn(steps, 3)
ref = torch.randn(steps, 4)
# %% parameters
U = torch.randn(3, 4) * 0.5
V = torch.randn(4, 4) * 0.5
# %% forward
h = torch.zeros(steps + 1, 4)
for t in range(steps):
    h[t + 1] = torch.tanh(seq[t] @ U + h[t] @ V)
hs = h[1:]
loss = ((hs - ref) ** 2).sum() / steps
# %% backward
#! dhs: dhs = 2 * (ref - hs) / steps
dhs = 2 * (hs - ref) / steps
dU = torch.zeros_like(U)
dV = torch.zeros_like(V)
carry = torch.zeros(4)
for t in reversed(range(steps)):
    through = (dhs[t] + carry) * (1 - hs[t] ** 2)
    #! dU: dU += torch.outer(seq[t], through) * 2
    dU += torch.outer(seq[t], through)
    #! dV: dV += torch.outer(h[t + 1], through)
    dV += torch.outer(h[t], through)
    carry = V @ through
# %% update
U -= 0.05 * dU
V -= 0.05 * dV
