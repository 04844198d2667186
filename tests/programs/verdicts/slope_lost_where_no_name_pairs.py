# the mean is put off by deltas that no name pairs, and half a slope is lost
# exit 1 · accused: line 23 · explained
# says: missing the factor a1
# %% setup
import torch
torch.manual_seed(1)
m = 14
X = torch.randn(m, 3)
Y = torch.nn.functional.one_hot(torch.randint(0, 3, (m,)), 3).float()
# %% parameters
W1 = torch.randn(3, 6) * 0.5
b1 = torch.zeros(6)
W2 = torch.randn(6, 3) * 0.5
b2 = torch.zeros(3)
# %% forward
a1 = torch.sigmoid(X @ W1 + b1)
a2 = torch.softmax(a1 @ W2 + b2, 1)
loss = -(Y * a2.log()).sum() / m
# %% backward
delta2 = a2 - Y
dW2 = a1.T @ delta2 / m
db2 = delta2.sum(0) / m
delta1 = delta2 @ W2.T * (1 - a1)
dW1 = X.T @ delta1 / m
db1 = delta1.sum(0) / m
# %% update
W1 -= dW1
b1 -= db1
W2 -= dW2
b2 -= db2
