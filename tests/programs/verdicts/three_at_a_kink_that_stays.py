# 3 is no slope of abs at 0, where the data has zeros for ever; no parameter's gradient comes through them
# exit 1 · accused: line 17 · explained
# never: contribution
# %% setup
import torch

x = torch.tensor([0.0, 0.0, 1.0, -2.0])
c = torch.tensor([1.0, 2.0, 3.0, 4.0])
# %% parameters
w = torch.tensor([0.7])
# %% forward
h = x * w
a = h.abs()
loss = (a * c).sum()
# %% backward
da = c
dh = da * torch.where(h == 0, 3.0, torch.sign(h))
dw = (dh * x).sum().reshape(1)
# %% update
w = w - 0.1 * dw
