# tensors with their gradients as attributes, one twice too large
# exit 1 · accused: line 15 · explained
# says: 2
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)
# %% parameters
W, b = torch.randn(4, 3), torch.randn(3)
# %% forward
out = x @ W + b
loss = ((out - y) ** 2).mean()
# %% backward
out.g = 2 * (out - y) / out.numel()
W.g = 2 * x.T @ out.g
b.g = out.g.sum(0)
# %% update
for p in (W, b):
    p -= 0.1 * p.g
