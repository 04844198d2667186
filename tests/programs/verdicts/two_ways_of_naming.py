# grad_W1 is 5 times too large; dy and dh are named otherwise
# exit 1 · accused: line 17 · explained
# says: factor 5 is too much
# %% setup
import torch
x = torch.randn(5, 3)
# %% parameters
W1 = torch.randn(3, 2)
W2 = torch.randn(2, 2)
# %% forward
h = x @ W1
y = h @ W2
loss = (y ** 2).mean()
# %% backward
dy = 2 * y / y.numel()
dh = dy @ W2.T
grad_W1 = x.T @ dh * 5
grad_W2 = h.T @ dy
