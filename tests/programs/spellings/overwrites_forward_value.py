# %% [markdown]
# # The gradient takes over the memory of the probabilities
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
probs = logits.softmax(1)
loss = -probs[rows, target].log().mean()
# %% backward
dlogits = probs
dlogits[torch.arange(n), target] -= 1
dlogits /= n
de = dlogits @ W.T
dW = e.T @ dlogits
dE = torch.zeros_like(E)
dE.index_add_(0, tokens, de)
# %% update
E = E - 0.05 * dE
W = W - 0.05 * dW
