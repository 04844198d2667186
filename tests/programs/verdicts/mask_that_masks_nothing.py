# a mask of what is never below zero, where what is above belongs
# exit 1 · accused: line 35 · explained
# says: A2 >= 0 where A2 > 0 belongs
# never: not divided
# %% setup
import torch
torch.manual_seed(0)
m = 16
lambd = 0.7
X = torch.randn(3, m)
Y = (torch.rand(1, m) > 0.5).float()
keep_prob = 0.8
D1 = (torch.rand(5, m) < keep_prob).float()
# %% parameters
W1 = torch.randn(5, 3)
b1 = torch.zeros(5, 1)
W2 = torch.randn(4, 5)
b2 = torch.zeros(4, 1)
W3 = torch.randn(1, 4)
b3 = torch.zeros(1, 1)
# %% forward
Z1 = W1 @ X + b1
A1 = torch.relu(Z1) * D1 / keep_prob
Z2 = W2 @ A1 + b2
A2 = torch.relu(Z2)
Z3 = W3 @ A2 + b3
A3 = torch.sigmoid(Z3)
cross = -(Y * torch.log(A3) + (1 - Y) * torch.log(1 - A3)).sum() / m
loss = cross + lambd / (2 * m) * ((W1 ** 2).sum() + (W2 ** 2).sum() + (W3 ** 2).sum())
# %% backward
dZ3 = A3 - Y
dW3 = 1.0 / m * dZ3 @ A2.T + lambd / m * W3
db3 = 1.0 / m * dZ3.sum(1, keepdim=True)
dA2 = W3.T @ dZ3
dZ2 = dA2 * (A2 >= 0)
dW2 = 1.0 / m * dZ2 @ A1.T + lambd / m * W2
db2 = 1.0 / m * dZ2.sum(1, keepdim=True)
dA1 = W2.T @ dZ2
dA1 = dA1 * D1
dA1 = dA1 / keep_prob
dZ1 = dA1 * (A1 > 0)
dW1 = 1.0 / m * dZ1 @ X.T + lambd / m * W1
db1 = 1.0 / m * dZ1.sum(1, keepdim=True)
# %% update
for p, d in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2), (W3, dW3), (b3, db3)):
    p -= 0.1 * d
