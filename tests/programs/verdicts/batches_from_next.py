# right; every iteration takes its rows from an iterator of the setup
# exit 0 · accused: no line · --iterations 3
# %% setup
import itertools
import torch
x = torch.randn(12, 3, generator=torch.Generator().manual_seed(4))
y = torch.randn(12, generator=torch.Generator().manual_seed(5))
order = itertools.cycle(torch.arange(12).split(4))
# %% parameters
w = torch.randn(3)
# %% forward
ids = next(order)
xb, yb = x[ids], y[ids]
e = torch.sin(xb @ w) - yb
loss = (e ** 2).mean()
# %% backward
de = 2 * e / len(yb)
dw = xb.T @ (de * torch.cos(xb @ w))
# %% update
w = w - 0.1 * dw
