# %% [markdown]
# # A two-layer network with softmax, by hand
#
# Three spiral arms in the plane, and a network that has to tell which arm a point lies
# on. The softmax and the cross-entropy are written out, so that each of their steps has
# a backward line of its own.
# %% setup
import torch

arms, per_arm = 3, 30
n = arms * per_arm
y = torch.arange(arms).repeat_interleave(per_arm)
radius = torch.linspace(0.1, 1.0, per_arm).repeat(arms)
angle = 4.0 * radius + 2.1 * y
x = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
rows = torch.arange(n)
hidden = 32
learning_rate = 0.5
# %% parameters
W1 = torch.randn(2, hidden)
b1 = torch.randn(hidden) * 0.1
W2 = torch.randn(hidden, arms) * 0.1
b2 = torch.zeros(arms)
# %% forward
hpreact = x @ W1 + b1
h = hpreact.relu()
logits = h @ W2 + b2
counts = logits.exp()
totals = counts.sum(1, keepdim=True)
probs = counts / totals
chosen = probs[rows, y]
logprobs = chosen.log()
loss = -logprobs.mean()
# %% [markdown]
# Three patterns carry the whole backward pass:
#
# - Indexing reads a few entries; its gradient puts values back at the same places, and
#   zero everywhere else (`dprobs`).
# - A tensor used twice collects two terms: `counts` is divided, and summed into `totals`.
# - Matrix products: `dA = dC @ B.T` and `dB = A.T @ dC`, the only way the shapes fit.
#
# A bias is added to every row, so its gradient is the sum over the rows.
# %% backward
dlogprobs = -torch.ones_like(logprobs) / n
dchosen = dlogprobs / chosen
dprobs = torch.zeros_like(probs)
dprobs[rows, y] = dchosen
dtotals = (-counts / totals ** 2 * dprobs).sum(1, keepdim=True)
dcounts = dprobs / totals
dcounts += dtotals
dlogits = counts * dcounts
dh = dlogits @ W2.T
dW2 = h.T @ dlogits
db2 = dlogits.sum(0)
dhpreact = (hpreact > 0) * dh
dW1 = x.T @ dhpreact
db1 = dhpreact.sum(0)
# %% [markdown]
# Here the parameters change in place: the same tensors, new values.
# %% update
W1 -= learning_rate * dW1
b1 -= learning_rate * db1
W2 -= learning_rate * dW2
b2 -= learning_rate * db2
