# a gradient is masked nowhere, and only then goes on under the name of what is before the relu
# exit 1 · accused: line 21 · explained
# says: h < 0 where h <= 0 belongs
# %% setup
import torch
torch.manual_seed(3)
X = torch.randn(9, 4)
y = torch.randn(9, 1)
# %% parameters
W1 = torch.randn(4, 6)
W2 = torch.randn(6, 1)
# %% forward
z = X @ W1
h = torch.relu(z)
out = h @ W2
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / len(y)
dW2 = h.T @ dout
dh = dout @ W2.T
dh[h < 0] = 0
dz = dh
dW1 = X.T @ dz
# %% update
W1 -= 0.1 * dW1
W2 -= 0.1 * dW2
