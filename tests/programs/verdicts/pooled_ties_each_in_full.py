# two equal entries of one window each get the whole gradient of the maximum
# exit 1 · accused: line 15
# %% setup
import torch
x = torch.tensor([[2.0, 2.0, 1.0, 0.5], [0.3, 1.5, 1.5, 1.5], [1.0, 0.2, 0.7, 0.1]])
# %% parameters
k = torch.tensor([0.9])
# %% forward
z = x * k
windows = z.view(3, 2, 2)
top = windows.amax(2)
loss = (top ** 2).mean()
# %% backward
dtop = 2 * top / top.numel()
dwindows = dtop[:, :, None] * (windows == top[:, :, None])
dz = dwindows.view(3, 4)
dk = (dz * x).sum().view(1)
# %% update
k = k - 0.1 * dk
