# right; each gradient is complete before a loop clips all of them
# exit 0 · accused: no line
# says: clipped in line
# %% setup
import torch
x = torch.randn(6, 4, generator=torch.Generator().manual_seed(72)) * 3
t = torch.randn(6, 2, generator=torch.Generator().manual_seed(73))
# %% parameters
W = torch.randn(4, 2)
b = torch.randn(2)
# %% forward
o = x @ W + b
loss = ((o - t) ** 2).sum()
# %% backward
do = 2 * (o - t)
dW = x.T @ do
db = do.sum(0)
for each in (dW, db):
    torch.clip(each, -1, 1, out=each)
# %% update
W = W - 0.01 * dW
b = b - 0.01 * db
