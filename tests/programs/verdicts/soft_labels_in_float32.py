# right; the labels are smoothed once, in float32
# exit 0 · accused: no line
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(7, 3, generator=torch.Generator().manual_seed(79))
y = torch.tensor([3, 0, 1, 1, 2, 3, 0])
share = 0.3
soft = (1 - share) * F.one_hot(y, 4).float() + share / 4
# %% parameters
W = torch.randn(3, 4)
b = torch.zeros(4)
# %% forward
z = x @ W + b
loss = F.cross_entropy(z, y, label_smoothing=share)
# %% backward
dz = (torch.softmax(z, 1) - soft) / len(y)
dW = x.T @ dz
db = dz.sum(0)
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
