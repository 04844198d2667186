# right: what depends on a direction alone sends nothing along it, so dv may leave the projection out
# exit 0 · accused: no line
# says: leaning|always
# %% setup
import torch
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(13))
t = torch.randn(4, 3, generator=torch.Generator().manual_seed(14))
# %% parameters
w = torch.randn(3)
# %% forward
v = x * w
n = v.norm(dim=1, keepdim=True)
z = v / n
q = z.norm(dim=1, keepdim=True)
c = (z * t).sum(1, keepdim=True) / q
loss = (c ** 3).sum()
# %% backward
dc = 3 * c ** 2
dz = dc * (t / q - (z * t).sum(1, keepdim=True) * z / q ** 3)
dv = dz / n
dw = (dv * x).sum(0)
# %% update
w = w - 0.1 * dw
