# 4 where 3 belongs; the values stand in a dictionary
# exit 1 · accused: line 16 · explained
# says: 4 .*3|1\.33|4 / 3
# never: shape\[0\]|n - 1|numel|len\(|no parameter
# %% setup
import torch
x = torch.randn(4, generator=torch.Generator().manual_seed(75))
# %% parameters
w = torch.randn(4)
# %% forward
kept = dict()
kept["in"] = x * w
kept["out"] = kept["in"] ** 3
loss = kept["out"].sum()
# %% backward
dw = 4 * kept["in"] ** 2 * x
# %% update
w = w - 0.1 * dw
