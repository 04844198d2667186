# %% [markdown]
# # Logistic regression by hand
#
# Two overlapping clouds of points and one straight line between them. `p` is the
# probability that a point belongs to the second cloud, and the loss is the mean surprise
# at the true labels: the binary cross-entropy.
# %% setup
import torch

cloud = torch.Generator().manual_seed(7)
n = 64
y = (torch.arange(n) % 2).to(torch.get_default_dtype())
x = torch.randn(n, 2, generator=cloud)
x = x + (2 * y - 1).unsqueeze(1) * torch.tensor([0.9, 0.6])
learning_rate = 0.5
# %% parameters
w = torch.randn(2)
b = torch.randn(1)
# %% [markdown]
# A score, squashed into a probability; then the logarithm of the probability that was
# given to the right answer. `surprise` picks one of the two logarithms for each point,
# because `y` is either 0 or 1.
# %% forward
z = x @ w + b
p = torch.sigmoid(z)
logp = p.log()
logq = (1 - p).log()
surprise = -(y * logp + (1 - y) * logq)
loss = surprise.sum() / n
# %% [markdown]
# `p` is used twice, so two terms arrive at it, and the second has a minus sign from
# `1 - p`. Follow `dz` with a pencil: all the fractions cancel, and what is left is
# `(p - y) / n`. That is why everybody writes the two steps as one.
# %% backward
dsurprise = torch.ones_like(surprise) / n
dlogp = -y * dsurprise
dlogq = -(1 - y) * dsurprise
dp = dlogp / p - dlogq / (1 - p)
dz = p * (1 - p) * dp
dw = dz @ x
db = dz.sum(0, keepdim=True)
dx = torch.outer(dz, w)
# %% update
w = w - learning_rate * dw
b = b - learning_rate * db
