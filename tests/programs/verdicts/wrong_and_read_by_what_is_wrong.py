# two wrong lines, one of which is read by the other alone
# exit 1 · accused: lines 25, 26 · explained
# says: Z1 where A1 belongs
# never: whatever its name says
# %% setup
import torch
torch.manual_seed(0)
m = 20
X = torch.randn(m, 3)
t = (torch.rand(m, 1) > 0.5).float()
# %% parameters
W1 = torch.randn(3, 5)
W2 = torch.randn(5, 1)
b2 = torch.zeros(1)
# %% forward
Z1 = X @ W1
A1 = torch.tanh(Z1)
Z2 = A1 @ W2 + b2
A2 = torch.sigmoid(Z2)
loss = -(1 / m) * (t * torch.log(A2) + (1 - t) * torch.log(1 - A2)).sum()
# %% backward
dZ2 = (A2 - t) / m
dW2 = A1.T @ dZ2
db2 = dZ2.sum(0)
dZ1 = (dZ2 @ W2.T) * (1 - Z1 ** 2)
dW1 = 2 * X.T @ dZ1 * W1
# %% update
W1 = W1 - 0.1 * dW1
W2 = W2 - 0.1 * dW2
b2 = b2 - 0.1 * db2
