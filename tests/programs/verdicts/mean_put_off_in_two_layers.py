# right in the convention of columns that puts 1/m off until the weights
# exit 0 · accused: no line
# says: scaled|convention
# %% setup
import torch
X = torch.randn(2, 7, generator=torch.Generator().manual_seed(2))
Y = (torch.rand(1, 7, generator=torch.Generator().manual_seed(3)) > 0.5) * 1.0
m = X.shape[1]
# %% parameters
W1 = torch.randn(4, 2) * 0.5
b1 = torch.zeros(4, 1)
W2 = torch.randn(1, 4) * 0.5
b2 = torch.zeros(1, 1)
# %% forward
Z1 = W1 @ X + b1
A1 = torch.tanh(Z1)
Z2 = W2 @ A1 + b2
A2 = torch.sigmoid(Z2)
loss = -(Y * torch.log(A2) + (1 - Y) * torch.log(1 - A2)).sum() / m
# %% backward
dZ2 = A2 - Y
dW2 = dZ2 @ A1.T / m
db2 = dZ2.sum(1, keepdim=True) / m
dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)
dW1 = dZ1 @ X.T / m
db1 = dZ1.sum(1, keepdim=True) / m
# %% update
W1 = W1 - 0.5 * dW1
b1 = b1 - 0.5 * db1
W2 = W2 - 0.5 * dW2
b2 = b2 - 0.5 * db2
