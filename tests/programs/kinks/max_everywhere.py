# %% [markdown]
# # A maximum with ties: the whole gradient to every tied entry of a padded pair
# %% setup
import torch

x = torch.tensor([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0], [0.0, -1.0, -1.0], [5.0, 4.0, 5.0]])
y = torch.tensor([1.0, 2.0, 3.0, 4.0])
n = len(y)
# %% parameters
w = torch.randn(1)
b = torch.zeros(1)
# %% forward
a = x * w
m = torch.maximum(a[:, 0], a[:, 2])
error = m + b - y
loss = (error**2).sum() / n
# %% backward
derror = 2 * error / n
dm = derror
db = derror.sum(0, keepdim=True)
first = a[:, 0] >= a[:, 2]
da = torch.zeros_like(a)
da[:, 0] = first * dm
da[:, 2] = ~first * dm
dw = (x * da).sum().view(1)
# %% update
w = w - 0.05 * dw
b = b - 0.05 * db
