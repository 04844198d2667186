# right; P is another name for E, dP what comes by that name, and dE the sum of both
# exit 0 · accused: no line
# %% setup
import torch
ids = torch.tensor([0, 2, 1, 2])
y = torch.tensor([1, 1, 0, 2])
rows = torch.arange(4)
# %% parameters
E = torch.randn(3, 5) * 0.5
P = E
# %% forward
h = torch.sin(E[ids])
logits = h @ P.T
logp = torch.log_softmax(logits, 1)
loss = -logp[rows, y].mean()
# %% backward
dlogits = logp.exp()
dlogits[rows, y] -= 1
dlogits /= len(y)
dP = dlogits.T @ h
dh = dlogits @ P
dE = torch.zeros_like(E).index_add(0, ids, dh * torch.cos(E[ids])) + dP
# %% update
E -= 0.1 * dE
