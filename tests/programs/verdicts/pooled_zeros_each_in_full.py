# windows in which relu leaves zeros alone are ties, and each of their entries gets the whole gradient
# exit 1 · accused: line 27 · explained
# says: do not add up to one
# %% setup
import torch
import torch.nn.functional as F

torch.manual_seed(4)
x = torch.randn(2, 1, 8, 8)
t = torch.randn(2, 3, 3, 3)


def up(small):
    return small.repeat_interleave(2, 2).repeat_interleave(2, 3)


# %% parameters
k = torch.randn(3, 1, 3, 3)
# %% forward
c = F.conv2d(x, k)
r = F.relu(c)
p = F.max_pool2d(r, 2)
loss = ((p - t) ** 2).mean()
# %% backward
dp = 2 * (p - t) / p.numel()
largest = (r == up(p)).float()
dr = largest * up(dp)
dc = dr * (c > 0)
dk = torch.nn.grad.conv2d_weight(x, k.shape, dc)
# %% update
k -= 0.1 * dk
