# a gradient is masked in place where what a relu gives is below zero, which is nowhere; no tensor is before it
# exit 1 · accused: line 24 · explained
# says: h1 < 0 where h1 <= 0 belongs
# %% setup
import torch
torch.manual_seed(3)
X = torch.randn(9, 4)
y = torch.randn(9, 1)
# %% parameters
W1 = torch.randn(4, 6)
b1 = torch.zeros(6)
W2 = torch.randn(6, 5)
b2 = torch.zeros(5)
# %% forward
h1 = torch.relu(X @ W1 + b1)
h2 = torch.tanh(h1 @ W2 + b2)
loss = ((h2.sum(1, keepdim=True) - y) ** 2).mean()
# %% backward
dh2 = (2 * (h2.sum(1, keepdim=True) - y) / len(y)).expand_as(h2)
ds = dh2 * (1 - h2 ** 2)
dW2 = h1.T @ ds
db2 = ds.sum(0)
dh1 = ds @ W2.T
dh1[h1 < 0] = 0
dW1 = X.T @ dh1
db1 = dh1.sum(0)
# %% update
W1 -= 0.1 * dW1
b1 -= 0.1 * db1
W2 -= 0.1 * dW2
b2 -= 0.1 * db2
