# no gradient that can arrive here is as large as the bound, and the line is still no VJP
# exit 1 · accused: line 21 · explained
# says: clipped on purpose
# %% setup
import torch
import torch.nn.functional as F
g = torch.Generator().manual_seed(1)
N, D, H, C = 6, 4, 5, 3
x = torch.randn(N, D, generator=g)
t = torch.randn(N, H, generator=g)
y = torch.tensor([0, 1, 2, 0, 1, 1])

# %% parameters
W = torch.randn(D, H) * 0.5
# %% forward
h = x @ W
a = torch.tanh(h)
loss = (a * t).sum() + (a**2).mean()
# %% backward
da = t + 2 * a / a.numel()
dh = (da * (1 - a * a)).clamp(-20, 20)
dW = x.T @ dh
