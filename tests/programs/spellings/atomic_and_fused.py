# %% [markdown]
# # Atomic and fused lines side by side
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
top = logits.max(1, keepdim=True).values
shifted = logits - top
counts = shifted.exp()
total = counts.sum(1, keepdim=True)
probs = counts / total
logprobs = probs.log()
loss = -logprobs[rows, target].mean()
# %% backward
onehot = F.one_hot(target, 4).to(probs.dtype)
dlogprobs = -onehot / n
dprobs = dlogprobs / probs
dtotal = -(dprobs * counts / total**2).sum(1, keepdim=True)
dcounts = dprobs / total + dtotal
dshifted = dcounts * counts
dtop = -dshifted.sum(1, keepdim=True)
dlogits = (probs - onehot) / n
dW = x.T @ dlogits
db = dlogits.sum(0)
# %% update
W = W - 0.05 * dW
b = b - 0.05 * db
