# what belongs to the gain is given to the bias, and the reverse
# exit 1 · accused: line 16 or 17 · explained
# says: swap|exchang|gradient of bias
# %% setup
import torch
x = torch.randn(6, 4, generator=torch.Generator().manual_seed(24))
# %% parameters
gain = torch.ones(4) * 1.5
bias = torch.ones(4) * 0.2
# %% forward
n = torch.tanh(x)
y = n * gain + bias
loss = (y ** 2).mean()
# %% backward
dy = 2 * y / y.numel()
dgain = dy.sum(0)
dbias = (dy * n).sum(0)
# %% update
gain = gain - 0.1 * dgain
bias = bias - 0.1 * dbias
