# right; the gradients are complete before both are rescaled to a norm of at most 1
# exit 0 · accused: no line
# says: clipped in line
# %% setup
import torch
x = torch.randn(6, 4, generator=torch.Generator().manual_seed(21)) * 3
y = torch.randn(6, 2, generator=torch.Generator().manual_seed(22))
# %% parameters
A = torch.randn(4, 2)
c = torch.zeros(2)
# %% forward
o = x @ A + c
loss = ((o - y) ** 2).sum()
# %% backward
do = 2 * (o - y)
dA = x.T @ do
dc = do.sum(0)

size = torch.sqrt(sum((g ** 2).sum() for g in (dA, dc)))
if size > 1:
    for g in (dA, dc):
        g.div_(size)
# %% update
A = A - 0.1 * dA
c = c - 0.1 * dc
