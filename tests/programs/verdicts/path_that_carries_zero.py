# right: what a softmax subtracts carries no gradient, and dscores leaves that path out
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(12))
y = torch.tensor([0, 3, 1, 2, 2])
rows = torch.arange(5)
# %% parameters
W = torch.randn(3, 4)
# %% forward
scores = x @ W
top = scores.amax(1, keepdim=True)
shifted = scores - top
counts = shifted.exp()
total = counts.sum(1, keepdim=True)
logp = shifted - total.log()
loss = -logp[rows, y].mean()
# %% backward
dlogp = torch.zeros_like(logp)
dlogp[rows, y] = -1 / len(y)
dtotal = -dlogp.sum(1, keepdim=True) / total
dcounts = dtotal.expand_as(counts)
dshifted = dlogp + dcounts * counts
dscores = dshifted.clone()
dW = x.T @ dscores
# %% update
W = W - 0.5 * dW
