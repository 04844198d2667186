# half of the slope of the loss is lost in the error of each example; both sums over examples are right
# exit 1 · accused: line 18 · explained
# says: each entry of gap
# %% setup
import torch
rows = torch.randn(5, 3, generator=torch.Generator().manual_seed(61))
aim = torch.randn(5, generator=torch.Generator().manual_seed(62))
# %% parameters
slope = torch.randn(3)
shift = torch.zeros(1)
# %% forward
gap = rows @ slope + shift - aim
loss = (gap**2).mean()
# %% backward
dslope = torch.zeros(3)
dshift = torch.zeros(1)
for n in range(5):
    error = gap[n] / 5
    dslope += error * rows[n]
    dshift += error
# %% update
slope = slope - 0.1 * dslope
shift = shift - 0.1 * dshift
