# dmean is summed over the rows without keeping their dimension: broadcasting hides it where it is read
# exit 1 · accused: line 18
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
# %% parameters
w = torch.randn(3, 4)
# %% forward
h = x @ w
mean = h.mean(0, keepdim=True)
d = h - mean
loss = (d ** 3).sum()
# %% backward
dd = 3 * d ** 2

# the mean has one row
# and so has its gradient
dmean = -dd.sum(0)
dh = dd + dmean / 5
dw = x.T @ dh
