# a gradient with a wrong penalty is clipped afterwards: it is told what is wrong as without that
# exit 1 · accused: line 16 · explained
# says: 2 \* w where
# never: clipped on purpose
# %% setup
import torch
X = torch.randn(8, 3)
y = torch.randn(8)
# %% parameters
w = torch.randn(3)
# %% forward
p = X @ w
loss = ((p - y) ** 2).mean() + 0.05 * (w ** 2).sum()
# %% backward
dp = 2 * (p - y) / len(y)
dw = X.T @ dp + 2 * w
norm = dw.norm()
dw *= min(1.0, 0.5 / norm.item())
# %% update
w -= 0.1 * dw
