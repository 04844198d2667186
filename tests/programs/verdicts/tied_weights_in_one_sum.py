# right; P is another name for E, and nobody owes a gradient for it
# exit 0 · accused: no line
# never: dP
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
dh = dlogits @ P
dE = (dlogits.T @ h).index_add(0, ids, dh * torch.cos(E[ids]))
# %% update
E -= 0.1 * dE
