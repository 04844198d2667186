# a function of the forward gives dh and dv beside the loss; dv lacks its 2
# exit 1 · accused: line 17 · explained
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(6, generator=torch.Generator().manual_seed(2))
# both
def head(h, v, y):
    z = h @ v
    e = z - y
    return (e ** 2).sum(), 2 * torch.outer(e, v), h.T @ e
# %% parameters
W = torch.randn(3, 4)
v = torch.randn(4)
# %% forward
h = torch.tanh(x @ W)
loss, dh, dv = head(h, v, y)
# %% backward
dW = x.T @ (dh * (1 - h * h))
# %% update
W = W - 0.01 * dW
v = v - 0.01 * dv
