# the mean is put off until the weights, and one of them takes it twice
# exit 1 · accused: line 25 · explained
# says: mean is written where the sum
# never: times too small
# %% setup
import torch
torch.manual_seed(0)
m = 20
X = torch.randn(m, 3)
t = (torch.rand(m, 1) > 0.5).float()
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.zeros(5)
W2 = torch.randn(5, 1)
b2 = torch.zeros(1)
# %% forward
Z1 = X @ W1 + b1
A1 = torch.tanh(Z1)
Z2 = A1 @ W2 + b2
A2 = torch.sigmoid(Z2)
loss = -(1 / m) * (t * torch.log(A2) + (1 - t) * torch.log(1 - A2)).sum()
# %% backward
dZ2 = A2 - t
dW2 = (1 / m) * A1.T @ dZ2
db2 = (1 / m) * dZ2.mean(0)
dZ1 = (dZ2 @ W2.T) * (1 - A1 ** 2)
dW1 = (1 / m) * X.T @ dZ1
db1 = (1 / m) * dZ1.sum(0)
# %% update
W1 = W1 - 0.1 * dW1
b1 = b1 - 0.1 * db1
W2 = W2 - 0.1 * dW2
b2 = b2 - 0.1 * db2
