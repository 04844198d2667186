# the line uses torch.nn.grad, and its factor 2 is wrong all the same
# exit 1 · accused: line 17 · explained
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(12))
# %% parameters
K = torch.randn(3, 3, 3) * 0.4
L = torch.randn(2, 3, 3) * 0.4
# %% forward
c = torch.tanh(F.conv1d(x, K, padding=1))
o = F.conv1d(c, L)
loss = (o ** 2).mean()
# %% backward
do = 2 * o / o.numel()
dL = torch.nn.grad.conv1d_weight(c, L.shape, do)
dc = 2 * torch.nn.grad.conv1d_input(c.shape, L, do)
dK = torch.nn.grad.conv1d_weight(x, K.shape, dc * (1 - c * c), padding=1)
# %% update
K = K - 0.1 * dK
L = L - 0.1 * dL
