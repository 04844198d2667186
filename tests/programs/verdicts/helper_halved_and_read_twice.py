# scaled lacks the gain; da and dmean both read it and are right
# exit 1 · accused: line 19 or 20 · explained
# %% setup
import torch
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(53))
t = torch.randn(5, 4, generator=torch.Generator().manual_seed(54))
# %% parameters
w = torch.randn(4)
gain = torch.randn(4)
# %% forward
a = x * w
mean = a.mean(1, keepdim=True)
c = a - mean
y = c * gain
loss = ((y - t) ** 2).mean()
# %% backward
dy = 2 * (y - t) / y.numel()
dgain = (dy * c).sum(0)
scaled = dy
da = scaled - scaled.mean(1, keepdim=True)
dw = (da * x).sum(0)
# %% update
w = w - 0.1 * dw
gain = gain - 0.1 * dgain
