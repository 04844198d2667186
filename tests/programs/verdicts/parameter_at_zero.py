# nothing has a kink where b is 0; the gradient of b is due there as everywhere
# exit 1 · accused: line 17
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(11))
# %% parameters
W = torch.randn(3, 2)
b = torch.zeros(2)
# %% forward
h = x @ W + b
r = torch.relu(h)
loss = (r ** 2).sum()
# %% backward
dr = 2 * r
dh = dr * (h > 0)
dW = x.T @ dh
db = dh.sum(0) * (b != 0)
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
