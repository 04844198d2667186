# the sign of the gap is appended where the gap itself belongs; both sums that read the list are right
# exit 1 · accused: line 17
# says: each entry of gap
# %% setup
import torch
rows = torch.randn(5, 3, generator=torch.Generator().manual_seed(73))
aim = torch.randn(5, generator=torch.Generator().manual_seed(74))
# %% parameters
slope = torch.randn(3)
shift = torch.zeros(1)
# %% forward
gap = rows @ slope + shift - aim
loss = (gap**2).mean()
# %% backward
errors = []
for n in range(5):
    errors.append(2 * gap[n].sign() / 5)
dslope = torch.zeros(3)
dshift = torch.zeros(1)
for n in range(5):
    dslope += errors[n] * rows[n]
    dshift += errors[n]
# %% update
slope = slope - 0.1 * dslope
shift = shift - 0.1 * dshift
