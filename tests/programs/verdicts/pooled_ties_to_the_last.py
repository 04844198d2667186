# right; of equal entries in a window the last takes all, where autograd shares
# exit 0 · accused: no line
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
dwindows = torch.zeros_like(windows)
dwindows[:, :, 1] = dtop * (windows[:, :, 1] == top)
dwindows[:, :, 0] = dtop * (windows[:, :, 1] < top)
dz = dwindows.view(3, 4)
dk = (dz * x).sum().view(1)
# %% update
k = k - 0.1 * dk
