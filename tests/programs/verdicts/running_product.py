# right; the gradient of cumprod by what comes after each entry
# exit 0 · accused: no line
# %% setup
import torch
x = torch.rand(4, 3, generator=torch.Generator().manual_seed(41)) + 0.5
# %% parameters
w = torch.rand(3) + 0.5
# %% forward
a = x * w
p = torch.cumprod(a, 0)
loss = (p ** 2).sum()
# %% backward
dp = 2 * p
da = (dp * p).flip(0).cumsum(0).flip(0) / a
dw = (da * x).sum(0)
# %% update
w = w - 0.01 * dw
