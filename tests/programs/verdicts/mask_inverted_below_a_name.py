# what was dropped is kept: dd is complete above, then changed in place twice, and read by two right lines
# exit 1 · accused: line 20 · explained
# says: 1 - mask where mask belongs
# %% setup
import torch
X = torch.randn(6, 3, generator=torch.Generator().manual_seed(95))
Y = torch.randn(6, 2, generator=torch.Generator().manual_seed(96))
# %% parameters
W, b = torch.randn(3, 4), torch.zeros(4)
V = torch.randn(4, 2)
# %% forward
h = (X @ W + b).relu()
mask = (torch.rand(6, 4) > 0.3).float() / 0.7
d = h * mask
loss = ((d @ V - Y) ** 2).mean()
# %% backward
error = 2 * (d @ V - Y) / Y.numel()
dV = d.T @ error
dd = error @ V.T
dd.mul_(1 - mask)
dd.mul_(h > 0)
dW = X.T @ dd
db = dd.sum(0)
# %% update
W, b, V = W - 0.1 * dW, b - 0.1 * db, V - 0.1 * dV
