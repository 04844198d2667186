# the gradient is right but for its columns, which are reversed
# exit 1 · accused: line 14 · explained
# says: flip|reversed
# %% setup
import torch
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(25))
# %% parameters
W = torch.randn(4, 3)
# %% forward
h = x @ W
loss = (h ** 3).mean()
# %% backward
dh = 3 * h ** 2 / h.numel()
dW = (x.T @ dh).flip(1)
# %% update
W = W - 0.1 * dW
