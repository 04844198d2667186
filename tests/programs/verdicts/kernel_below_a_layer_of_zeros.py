# torch.nn.grad is a module and fills nothing; what comes from upstream is zero, and the sign is wrong all the same
# exit 1 · accused: line 18 · explained
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(2, 2, 6, generator=torch.Generator().manual_seed(70))
# %% parameters
K = torch.randn(3, 2, 3) * 0.5
V = torch.zeros(3, 4)
# %% forward
c = F.conv1d(x, K)
o = c * V
loss = (o ** 2).sum()
# %% backward
do = 2 * o
dV = (do * c).sum(0)
dc = do * V
dK = -torch.nn.grad.conv1d_weight(x, K.shape, dc)
# %% update
K = K - 0.1 * dK
V = V - 0.1 * dV
