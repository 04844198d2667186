# %% [markdown]
# # Rows gathered with index_put_
# %% setup
import torch
import torch.nn.functional as F

tokens = torch.tensor([0, 2, 2, 4, 1, 2, 0])
target = torch.tensor([1, 2, 0, 1, 2, 2, 0])
n = len(tokens)
rows = torch.arange(n)
# %% parameters
E = torch.randn(6, 4)
W = torch.randn(4, 3)
# %% forward
e = E[tokens]
logits = e @ W
loss = F.cross_entropy(logits, target)
# %% backward
dlogits = logits.softmax(1)
dlogits[rows, target] -= 1
dlogits /= n
de = dlogits @ W.T
dW = e.T @ dlogits
dE = torch.zeros(E.shape, dtype=E.dtype)
dE.index_put_((tokens,), de, accumulate=True)
# %% update
E = E - 0.05 * dE
W = W - 0.05 * dW
