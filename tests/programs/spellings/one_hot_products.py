# %% [markdown]
# # Rows gathered by a product with one-hot vectors
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
picked = F.one_hot(target, 3).to(logits.dtype)
dlogits = torch.softmax(logits, -1).sub(picked).div(n)
de = dlogits @ W.T
dW = e.T @ dlogits
dE = F.one_hot(tokens, num_classes=E.shape[0]).to(de.dtype).T @ de
# %% update
E = E - 0.05 * dE
W = W - 0.05 * dW
