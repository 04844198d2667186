# dz has the sine where its cosine belongs; the rows come from an iterator over a list
# exit 1 · accused: line 18 · explained
# %% setup
import torch
x = torch.randn(12, 3, generator=torch.Generator().manual_seed(4))
y = torch.randn(12, generator=torch.Generator().manual_seed(5))
rows = iter([(x[i:i + 4], y[i:i + 4]) for i in range(0, 12, 4)])
# %% parameters
w = torch.randn(3)
# %% forward
xb, yb = next(rows)
z = xb @ w
s = torch.sin(z)
e = s - yb
loss = (e ** 2).mean()
# %% backward
de = 2 * e / len(yb)
dz = de * s
dw = xb.T @ dz
# %% update
w = w - 0.1 * dw
