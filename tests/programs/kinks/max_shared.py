# %% [markdown]
# # A maximum with ties: shared where autograd chooses
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
m = a.max(1).values
error = m + b - y
loss = (error**2).sum() / n
# %% backward
derror = 2 * error / n
dm = derror
db = derror.sum(0, keepdim=True)
ties = a == m[:, None]
da = ties / ties.sum(1, keepdim=True) * dm[:, None]
dw = (x * da).sum().view(1)
# %% update
w = w - 0.05 * dw
b = b - 0.05 * db
