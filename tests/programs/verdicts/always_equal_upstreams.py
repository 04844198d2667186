# right: what is masked carries no gradient, so that dmasked always equals dscores, and dq reads the other one
# exit 0 · accused: no line
# says: equal|leaning
# %% setup
import torch
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(10))
t = torch.randn(4, 2, generator=torch.Generator().manual_seed(11))
later = torch.ones(4, 4).triu(1).bool()
# %% parameters
A = torch.randn(3, 2)
B = torch.randn(3, 2)
# %% forward
q = x @ A
k = x @ B
scores = q @ k.T
masked = scores.masked_fill(later, float("-inf"))
weights = torch.softmax(masked, 1)
out = weights @ t
loss = (out ** 2).sum()
# %% backward
dout = 2 * out
dweights = dout @ t.T
dmasked = weights * (dweights - (weights * dweights).sum(1, keepdim=True))
dscores = dmasked.masked_fill(later, 0.0)
dq = dmasked @ k
dk = dscores.T @ q
dA = x.T @ dq
dB = x.T @ dk
# %% update
A = A - 0.1 * dA
B = B - 0.1 * dB
