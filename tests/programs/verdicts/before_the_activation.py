# u, which has the shape of h, stands where h belongs
# exit 1 · accused: line 17 · explained
# says: \bh\b
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(29))
# %% parameters
A = torch.randn(3, 4)
B = torch.randn(4, 2)
# %% forward
u = x @ A
h = torch.relu(u)
o = h @ B
loss = (o ** 2).mean()
# %% backward
do = 2 * o / o.numel()
dB = u.T @ do
dh = do @ B.T
du = dh * (u > 0)
dA = x.T @ du
# %% update
A = A - 0.1 * dA
B = B - 0.1 * dB
