# the sum belongs in parentheses, so that ds reaches both terms
# exit 1 · accused: line 15 · explained
# says: parenthes|\(x1 \+ x2\)|ds \* x2|factor ds
# %% setup
import torch
x1 = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
x2 = torch.randn(5, 3, generator=torch.Generator().manual_seed(2))
# %% parameters
u = torch.randn(5, 3)
# %% forward
s = u * x1 + u * x2
loss = (s ** 2).mean()
# %% backward
ds = 2 * s / s.numel()
du = ds * x1 + x2
# %% update
u = u - 0.1 * du
