# h.T @ is lost, and with it the shape of B
# exit 1 · accused: line 16 · explained
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(30))
# %% parameters
A = torch.randn(3, 4)
B = torch.randn(4, 2)
# %% forward
u = x @ A
h = torch.sigmoid(u)
o = h @ B
loss = (o ** 2).mean()
# %% backward
do = 2 * o / o.numel()
dB = do
dh = do @ B.T
du = dh * h * (1 - h)
dA = x.T @ du
