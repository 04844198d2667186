# a value stands where its mask belongs
# exit 1 · accused: line 24 · explained
# says: h where h > 0 belongs
# never: not divided
# %% setup
import torch
torch.manual_seed(0)
ix = torch.tensor([[0, 2], [1, 1], [3, 0], [2, 2]])
y = torch.tensor([1, 3, 0, 2])
n = 4
# %% parameters
E = torch.randn(4, 3)
W = torch.randn(6, 3)
# %% forward
e = E[ix]
flat = e.view(n, -1)
h = torch.relu(flat @ W)
logits = h @ E.T
p = torch.softmax(logits, 1)
loss = -p[torch.arange(n), y].log().mean()
# %% backward
dlogits = (p - torch.nn.functional.one_hot(y, 4)) / n
dh = dlogits @ E
dpre = dh * h
dW = flat.T @ dpre
de = (dpre @ W.T).view(n, 2, 3)
dE = dlogits.T @ h
dE = dE.index_add(0, ix.flatten(), de.reshape(-1, 3))
# %% update
E = E - 0.1 * dE
W = W - 0.1 * dW
