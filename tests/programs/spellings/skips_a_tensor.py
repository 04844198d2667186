# %% [markdown]
# # Lines that skip tensors whose gradients other lines read
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
counts = logits.exp()
total = counts.sum(1, keepdim=True)
probs = counts / total
logprobs = probs.log()
loss = -logprobs[rows, target].mean()
# %% backward
dlogprobs = torch.zeros_like(logprobs)
dlogprobs[rows, target] = -1 / n
dprobs = dlogprobs / probs
dcounts = dprobs / total
dcounts += -(dprobs * counts).sum(1, keepdim=True) / total**2
dlogits = dlogprobs - probs * dlogprobs.sum(1, keepdim=True)
dW = x.T @ dlogits
db = (counts * dcounts).sum(0)
# %% update
W = W - 0.05 * dW
b = b - 0.05 * db
