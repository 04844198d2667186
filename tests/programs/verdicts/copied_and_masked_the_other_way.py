# a gradient is copied, and masked where it is to stay
# exit 1 · accused: line 22 · explained
# says: z > 0 where z <= 0 belongs
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
a = torch.relu(z)
out = a @ W2
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / len(y)
dW2 = a.T @ dout
da = dout @ W2.T
dz = da.clone()
dz[z > 0] = 0
dW1 = X.T @ dz
# %% update
W1 -= 0.1 * dW1
W2 -= 0.1 * dW2
