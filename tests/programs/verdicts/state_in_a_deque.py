# ds is twice too large when it runs first; what it counts in a deque is put back before it runs again
# exit 1 · accused: line 17
# %% setup
import torch
from collections import deque
x = torch.randn(5, 2, generator=torch.Generator().manual_seed(3))
seen = deque(maxlen=4)
# %% parameters
u = torch.randn(2, 4) * 0.5
# %% forward
s = x @ u
c = torch.sin(s)
loss = (c ** 2).mean()
# %% backward
seen.append(1)
dc = 2 * c / c.numel()
ds = dc * torch.cos(s) * (2 if len(seen) < 2 else 1)
du = x.T @ ds
# %% update
u = u - 0.1 * du
