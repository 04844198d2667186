# the soft labels share out 0.2 where the loss has 0.1
# exit 1 · accused: line 16
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(7, 3, generator=torch.Generator().manual_seed(20))
y = torch.tensor([3, 0, 1, 1, 2, 3, 0])
soft = 0.8 * F.one_hot(y, 4).float() + 0.2 / 4
# %% parameters
W = torch.randn(3, 4)
b = torch.zeros(4)
# %% forward
z = x @ W + b
loss = F.cross_entropy(z, y, label_smoothing=0.1)
# %% backward
dz = (torch.softmax(z, 1) - soft) / len(y)
dW = x.T @ dz
db = dz.sum(0)
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
