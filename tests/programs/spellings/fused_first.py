# %% [markdown]
# # The fused gradient first, the atomic ones after it
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
dlogits = probs.clone()
dlogits[rows, target] -= 1
dlogits /= n
db = dlogits.sum(0)
dW = x.T @ dlogits
dlogprobs = torch.zeros_like(logprobs)
dlogprobs[rows, target] = torch.full((n,), -1 / n, dtype=logprobs.dtype)
dshifted = dlogprobs - probs * dlogprobs.sum(1, keepdim=True)
dprobs = 1 / probs * dlogprobs
# %% update
W = W - 0.05 * dW
b = b - 0.05 * db
