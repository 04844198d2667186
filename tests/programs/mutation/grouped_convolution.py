# %% [markdown]
# # A grouped convolution
#
# Two groups of channels that do not see each other: every product is one product per group.
# %% setup
import torch
import torch.nn.functional as F

n, channels, groups, size = 2, 4, 2, 4
filters, side = 6, 2
images = torch.randn(n, channels, size, size)
target = torch.randn(n, filters, 3, 3)
# %% parameters
gain = 1 + torch.randn(channels, 1, 1) * 0.3
K = torch.randn(filters, channels // groups, side, side) * 0.4
b = torch.randn(filters) * 0.1
# %% forward
x = images * gain
c = F.conv2d(x, K, b, groups=groups)
a = torch.tanh(c)
e = a - target
loss = (e ** 2).sum() / n
# %% backward
de = 2 * e / n
da = de
dc = da * (1 - a ** 2)
db = dc.sum((0, 2, 3))
places = dc.view(n, groups, filters // groups, -1)
patches = F.unfold(x, side).view(n, groups, channels // groups * side ** 2, -1)
dK = torch.einsum("ngop,ngip->goi", places, patches).reshape(K.shape)
sent = torch.einsum("ngop,goi->ngip", places, K.view(groups, filters // groups, -1))
dx = F.fold(sent.flatten(1, 2), (size, size), side)
dgain = (images * dx).sum((0, 2, 3))[:, None, None]
# %% update
gain -= 0.05 * dgain
K -= 0.05 * dK
b -= 0.05 * db
