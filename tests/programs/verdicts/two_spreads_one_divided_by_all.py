# two lines build the gradient of one tensor, and both are multiples of the same; the first divides by too many
# exit 1 · accused: line 17 · explained
# says: len\(s\) where len\(s\) - 1 belongs
# %% setup
import torch
torch.manual_seed(3)
X = torch.randn(9, 4)
# %% parameters
v = torch.randn(4)
# %% forward
s = X @ v
spread = s.var()
width = s.std(unbiased=False)
loss = 3 * spread + width
# %% backward
# what flows back through the spread, and through the width
ds = 6 * (s - s.mean()) / len(s)
ds += (s - s.mean()) / (len(s) * width)
dv = X.T @ ds
# %% update
v -= 0.01 * dv
