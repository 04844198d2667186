# %% [markdown]
# # Entries placed with scatter_ and scatter_add_
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
onehot = torch.zeros_like(logits)
onehot.scatter_(1, target[:, None], 1.0)
dlogits = (F.softmax(logits, dim=1) - onehot) / n
de = dlogits @ W.T
dW = e.T @ dlogits
dE = torch.zeros_like(E)
dE.scatter_add_(0, tokens[:, None].expand_as(de), de)
# %% update
E = E - 0.05 * dE
W = W - 0.05 * dW
