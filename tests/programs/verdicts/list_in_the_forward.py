# 2 where 3 belongs; the values stand in a list
# exit 1 · accused: line 15 · explained
# never: shape\[0\]|n - 1|no parameter
# %% setup
import torch
x = torch.tensor([0.4, -1.2, 2.0, 0.7])
# %% parameters
w = torch.randn(4)
# %% forward
stages = []
stages.append(w * x)
stages.append(stages[0] ** 3)
loss = stages[1].sum()
# %% backward
dw = 2 * stages[0] ** 2 * x
# %% update
w = w - 0.01 * dw
