# -2 belongs where -1 stands; three columns are no reason for it
# exit 1 · accused: line 15 · explained
# says: 2 times too small|factor 2|half|-2
# never: shape|len\(|numel
# %% setup
import torch
x = torch.randn(3, 3, generator=torch.Generator().manual_seed(11))
y = torch.randn(3, 3, generator=torch.Generator().manual_seed(12))
# %% parameters
w = torch.randn(3)
# %% forward
z = x * w
loss = ((y - z) ** 2).sum()
# %% backward
dz = -1 * (y - z)
dw = (dz * x).sum(0)
# %% update
w = w - 0.1 * dw
