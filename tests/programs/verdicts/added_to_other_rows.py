# the gradient of the last step of time is added to the first; what all steps add is right
# exit 1 · accused: line 18 · explained
# says: dh\[:, 0\] where dh\[:, -1\] belongs
# %% setup
import torch
X = torch.randn(9, 4, 3)
y = torch.randn(9, 5)
# %% parameters
W = torch.randn(3, 5)
# %% forward
h = X @ W
last = h[:, -1]
loss = ((torch.tanh(last) - y) ** 2).mean() + (h ** 2).sum()
# %% backward
a = torch.tanh(last)
dlast = 2 * (a - y) / y.numel() * (1 - a ** 2)
dh = 2 * h
dh[:, 0] += dlast
dW = X.reshape(-1, 3).T @ dh.reshape(-1, 5)
# %% update
W -= 0.01 * dW
