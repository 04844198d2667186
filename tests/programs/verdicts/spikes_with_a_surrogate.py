# a spike has slope zero; dv uses the slope of a fast sigmoid, said to be deliberate
# exit 0 · accused: no line
# says: deliberate
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(33))
# %% parameters
W = torch.randn(3, 4)
# %% forward
v = x @ W
s = (v > 0).to(v.dtype) + 0 * v
loss = ((s - 0.3) ** 2).sum()
# %% backward
ds = 2 * (s - 0.3)
dv = ds / (1 + 5 * v.abs()) ** 2  # deliberate: a surrogate for the slope of a step
dW = x.T @ dv
# %% update
W = W - 0.1 * dW
