# V is another name of W that the forward gives it; what comes by that name is twice too much
# exit 1 · accused: line 16 · explained
# says: 2 times too large
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
# %% parameters
W = torch.randn(5, 3)
# %% forward
V = W
out = x @ V
loss = ((out - y) ** 2).mean() + 0.1 * (W ** 2).sum()
# %% backward
dout = 2 * (out - y) / out.numel()
dV = 2 * x.T @ dout
dW = 0.2 * W
dW += dV
# %% update
W = W - 0.1 * dW
