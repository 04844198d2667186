# right; conv1d_weight is a function of the module torch.nn.grad and no gradient of autograd's
# exit 0 · accused: no line
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(12))
# %% parameters
K = torch.randn(4, 3, 3) * 0.4
# %% forward
c = F.conv1d(x, K, padding=1)
loss = (c ** 2).mean()
# %% backward
dc = 2 * c / c.numel()
dK = torch.nn.grad.conv1d_weight(x, K.shape, dc, padding=1)
# %% update
K = K - 0.1 * dK
