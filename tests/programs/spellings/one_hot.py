# %% [markdown]
# # One-hot targets
# %% setup
import torch
import torch.nn.functional as F

draw = torch.Generator().manual_seed(4)
x = torch.randn(10, 3, generator=draw)
target = torch.randint(0, 4, (10,), generator=draw)
n = len(target)
rows = torch.arange(n)
# %% parameters
W = torch.randn(3, 4)
b = torch.randn(4)
# %% forward
logits = x @ W + b
probs = F.softmax(logits, dim=1)
onehot = F.one_hot(target, num_classes=4)
loss = -(onehot * probs.log()).sum() / n
# %% backward
dprobs = -onehot / probs / n
dlogits = probs * (dprobs - (probs * dprobs).sum(1, keepdim=True))
dW = x.T @ dlogits
db = dlogits.sum(0)
# %% update
W = W - 0.05 * dW
b = b - 0.05 * db
