# %% [markdown]
# # Sums that undo broadcasting, in many spellings
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
gain = torch.randn(1, 5)
W = torch.randn(3, 5)
b = torch.randn(5)
s = torch.randn(())
k = torch.randn(1)
r = torch.randn(8, 1)
# %% forward
a = x @ W
scaled = gain * a + b
z = s * scaled + k * r
loss = (z**2).mean()
# %% backward
dz = 2 * z / z.numel()
dk = (dz * r).sum().reshape(1)
dr = (k * dz).sum(1, keepdim=True)
ds = torch.sum(scaled * dz)
dscaled = s * dz
dgain = (a * dscaled).sum_to_size(gain.shape)
db = torch.ones(n, dtype=dscaled.dtype) @ dscaled
da = gain.expand_as(a) * dscaled
dW = x.T @ da
# %% update
gain = gain - 0.05 * dgain
W = W - 0.05 * dW
b = b - 0.05 * db
s = s - 0.05 * ds
k = k - 0.05 * dk
r = r - 0.05 * dr
