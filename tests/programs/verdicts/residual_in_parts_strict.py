# right in sum; under --strict a part that bears the name of the whole is not enough
# exit 1 · accused: no line · --strict
# %% setup
import torch
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(8))
t = torch.randn(5, 3, generator=torch.Generator().manual_seed(9))
# %% parameters
A = torch.randn(4, 3) * 0.5
B = torch.randn(3, 3) * 0.5
# %% forward
h = torch.sin(x @ A)
k = torch.tanh(h @ B)
y = h + k
loss = ((y - t) ** 2).sum()
# %% backward
dy = 2 * (y - t)
dk = dy
dpre = dk * (1 - k * k)
dB = h.T @ dpre
dh = dy.clone()
total = dh + dpre @ B.T
dA = x.T @ (total * torch.cos(x @ A))
# %% update
A = A - 0.05 * dA
B = B - 0.05 * dB
