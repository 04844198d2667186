# three parts add up to one gradient, no tensor has the name of any; the second has the wrong sign
# exit 1 · accused: line 22 · explained
# says: sign flipped
# %% setup
import torch
torch.manual_seed(3)
X = torch.randn(9, 4)
y = torch.randn(9, 3)
# %% parameters
W = torch.randn(4, 3)
U = torch.randn(3, 3)
# %% forward
h = X @ W
g = torch.sigmoid(h @ U)
o = g * h
loss = ((o - y) ** 2).sum() + (h ** 3).mean()
# %% backward
do = 2 * (o - y)
ds = do * h * g * (1 - g)
dU = h.T @ ds
dh1 = do * g
dh2 = -ds @ U.T
dh3 = 3 * h ** 2 / h.numel()
dh = dh1 + dh2 + dh3
dW = X.T @ dh
# %% update
W -= 0.01 * dW
U -= 0.01 * dU
