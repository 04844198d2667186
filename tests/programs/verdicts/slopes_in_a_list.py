# the slopes in the list are three halves of what they ought to be; both sums that read them are right
# exit 1 · accused: line 15 · explained
# says: gap
# %% setup
import torch
rows = torch.randn(5, 3, generator=torch.Generator().manual_seed(71))
aim = torch.randn(5, generator=torch.Generator().manual_seed(72))
# %% parameters
slope = torch.randn(3)
shift = torch.zeros(1)
# %% forward
gap = rows @ slope + shift - aim
loss = (gap**2).mean()
# %% backward
errors = [3 * gap[n] / 5 for n in range(5)]
dslope = torch.zeros(3)
dshift = torch.zeros(1)
for n in range(5):
    dslope += errors[n] * rows[n]
    dshift += errors[n]
# %% update
slope = slope - 0.1 * dslope
shift = shift - 0.1 * dshift
