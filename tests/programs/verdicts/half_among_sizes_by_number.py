# sizes stand as numbers in the line, which is too small by two
# exit 1 · accused: line 14 · explained
# says: 16 where 8 belongs|2 times too small
# %% setup
import torch
X = torch.randn(8, 3)
y = torch.randn(8, 2)
# %% parameters
w = torch.randn(3, 2)
# %% forward
p = torch.tanh(X @ w)
loss = ((p - y) ** 2).mean()
# %% backward
dp = (p - y) / 16
dz = dp * (1 - p ** 2)
dw = X.T @ dz
# %% update
w -= 0.1 * dw
