# m is made from a as well, and da is only what comes past it
# exit 1 · accused: line 17 · explained
# says: \bm\b
# %% setup
import torch
x = torch.randn(4, 5, generator=torch.Generator().manual_seed(82))
# %% parameters
w = torch.randn(5)
# %% forward
a = x * w
m = a.mean(1, keepdim=True)
c = a - m
s = torch.sin(c)
loss = (s * x).sum()
# %% backward
dc = x * torch.cos(c)
da = dc.clone()
dw = (da * x).sum(0)
# %% update
w = w - 0.1 * dw
