# the rate of the decay is left out, and the gradients are clipped afterwards
# exit 1 · accused: line 17 · explained
# says: 2 where 2 \* rate belongs
# %% setup
import torch
X = torch.randn(8, 3, generator=torch.Generator().manual_seed(4))
Y = torch.randn(8, generator=torch.Generator().manual_seed(5))
rate = 0.05
# %% parameters
w = torch.tensor([1.0, -2.0, 0.5])
b = torch.zeros(1)
# %% forward
pred = X @ w + b
loss = ((pred - Y) ** 2).mean() + rate * w.pow(2).sum()
# %% backward
dpred = 2 * (pred - Y) / len(Y)
dw = X.T @ dpred + 2 * w
db = dpred.sum(0, keepdim=True)
total = torch.sqrt((dw ** 2).sum() + (db ** 2).sum())
scale = min(1.0, 1.0 / (total.item() + 1e-6))
dw *= scale
db *= scale
