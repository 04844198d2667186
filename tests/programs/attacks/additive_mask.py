# %% [markdown]
# Attention whose mask is minus infinity, added as data.
# %% setup
import torch

x = torch.randn(4, 3)
target = torch.randn(4, 3)
mask = torch.full((4, 4), float("-inf")).triu(1)
valid = torch.tensor([True, True, True, False]).unsqueeze(1)
# %% parameters
W = torch.randn(3, 3)
# %% forward
k = x @ W
s = k @ x.T + mask
p = s.softmax(1)
y = torch.where(valid, p @ x, 0.0)
d = y - target
loss = (d**2).sum()
# %% backward
#! dd: dd = 3 * d
dd = 2 * d
#! dy: dy = -dd
dy = dd
#! dp: dp = dy @ x.T
dp = (dy * valid) @ x.T
#! ds: ds = p * dp
ds = p * (dp - (p * dp).sum(1, keepdim=True))
#! dk: dk = ds.T @ x
dk = ds @ x
#! dW: dW = -x.T @ dk
dW = x.T @ dk
# %% update
W = W - 0.01 * dW
