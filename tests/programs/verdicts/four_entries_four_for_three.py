# 4 where 3 belongs; with four entries that is no n / (n - 1)
# exit 1 · accused: line 12 · explained
# says: 4 .*3|1\.33|4 / 3
# never: shape\[0\]|n - 1|numel|len\(
# %% setup
import torch
# %% parameters
z = torch.randn(4)
# %% forward
loss = (z ** 3).sum()
# %% backward
dz = 4 * z ** 2
# %% update
z = z - 0.01 * dz
