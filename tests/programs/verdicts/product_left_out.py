# the gradient of a weight is the one of what comes of it, the product with the data is left out
# exit 1 · accused: line 18 · explained
# says: missing the factor X.T
# %% setup
import torch
torch.manual_seed(3)
X = torch.randn(6, 5)
y = torch.randn(6, 3)
# %% parameters
W = torch.randn(5, 3)
# %% forward
z = X @ W
h = torch.tanh(z)
loss = ((h - y) ** 2).mean()
# %% backward
dh = 2 * (h - y) / y.numel()
dz = dh * (1 - h ** 2)
dW = dz
# %% update
pass
