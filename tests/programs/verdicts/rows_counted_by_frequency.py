# right: the derivative; torch's own backward divides by how often a row is read, which it was asked to
# exit 0 · accused: no line
# %% setup
import torch
import torch.nn.functional as F
ids = torch.tensor([0, 2, 2, 1, 2])
t = torch.randn(5, 4, generator=torch.Generator().manual_seed(9))
# %% parameters
E = torch.randn(3, 4)
# %% forward
e = F.embedding(ids, E, scale_grad_by_freq=True)
loss = ((e - t) ** 2).sum()
# %% backward
de = 2 * (e - t)
dE = torch.zeros_like(E).index_add(0, ids, de)
# %% update
E = E - 0.1 * dE
