# right; the loop variable is a name for each parameter in turn, and no parameter of its own
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(90))
# %% parameters
A = torch.randn(3, 2)
a = torch.zeros(2)
every = [A, a]
for each in every:
    each.requires_grad = True
# %% forward
z = x @ A + a
loss = torch.sin(z).mean()
# %% backward
dz = torch.cos(z) / z.numel()
dA = x.T @ dz
da = dz.sum(0)
# %% update
A = A - 0.1 * dA
a = a - 0.1 * da
