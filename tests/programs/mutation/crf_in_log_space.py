# %% [markdown]
# # A conditional random field over a sequence, in log space
#
# The sum over all paths is built from left to right; what flows back from right to left is
# the share that each state has in it.
# %% setup
import torch

length, states = 5, 3
x = torch.randn(length, 4)
y = torch.randint(0, states, (length,))
places = torch.arange(length)
# %% parameters
W = torch.randn(4, states) * 0.7
A = torch.randn(states, states) * 0.5
start = torch.randn(states) * 0.5
# %% forward
scores = x @ W
sums = [start + scores[0]]
for t in range(1, length):
    ways = sums[t - 1][:, None] + A + scores[t]
    sums.append(ways.logsumexp(0))
logz = sums[-1].logsumexp(0)
gold = start[y[0]] + scores[places, y].sum() + A[y[:-1], y[1:]].sum()
loss = (logz - gold) / length
# %% backward
dlogz = torch.ones_like(logz) / length
dgold = -torch.ones_like(gold) / length
dscores = torch.zeros_like(scores)
dA = torch.zeros_like(A)
flow = dlogz * sums[-1].softmax(0)
for t in reversed(range(1, length)):
    share = (sums[t - 1][:, None] + A).softmax(0) * flow
    dA += share
    dscores[t] = flow
    flow = share.sum(1)
dscores[0] = flow
dscores[places, y] += dgold
dstart = flow.clone()
dstart[y[0]] += dgold
dA.index_put_((y[:-1], y[1:]), dgold, accumulate=True)
dW = x.T @ dscores
# %% update
W -= 0.1 * dW
A -= 0.1 * dA
start -= 0.1 * dstart
