# a was changed in place in the line before, and dB reads it afterwards
# exit 1 · accused: line 19
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(52))
# %% parameters
A = torch.randn(3, 4) * 0.5
B = torch.randn(4, 2) * 0.5
# %% forward
u = x @ A
a = torch.tanh(u)
o = a @ B
loss = (o ** 2).mean()
# %% backward
do = 2 * o / o.numel()
da = do @ B.T
slope = a.pow_(2).neg_().add_(1)
du = da * slope
dB = a.T @ do
dA = x.T @ du
# %% update
A = A - 0.1 * dA
B = B - 0.1 * dB
