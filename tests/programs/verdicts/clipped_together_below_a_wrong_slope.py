# two gradients are limited by their norm; the slope above both has the blame, and not their lines
# exit 1 · accused: line 16 · explained
# says: missing the factor p
# %% setup
import torch
X = torch.randn(8, 3)
y = torch.randn(8, 2)
# %% parameters
w = torch.randn(3, 2)
b = torch.randn(2)
# %% forward
p = torch.tanh(X @ w + b)
loss = ((p - y) ** 2).mean()
# %% backward
dp = 2 * (p - y) / y.numel()
dz = dp * (1 - p)
dw = X.T @ dz
db = dz.sum(0)
total = (dw.norm() ** 2 + db.norm() ** 2).sqrt()
if total > 0.2:
    dw *= 0.2 / total
    db *= 0.2 / total
# %% update
w -= 0.1 * dw
b -= 0.1 * db
