# keepdim=True belongs; the columns are as many as the rows, so that the shapes do fit
# exit 1 · accused: line 16 · explained
# %% setup
import torch
x = torch.randn(4, 4, generator=torch.Generator().manual_seed(87))
t = torch.randn(4, 4, generator=torch.Generator().manual_seed(88))
# %% parameters
w = torch.rand(4) + 0.5
# %% forward
y = torch.exp(x * w)
s = y.sum(1, keepdim=True)
q = y / s
loss = (q * t).sum()
# %% backward
dq = t
dy = dq / s - (dq * y).sum(1) / s ** 2
dw = (dy * y * x).sum(0)
# %% update
w = w - 0.1 * dw
