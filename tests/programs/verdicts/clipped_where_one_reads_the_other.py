# clipped in place after both are complete; one was read by the other before that
# exit 0 · accused: no line
# %% setup
import torch
import torch.nn.functional as F
g = torch.Generator().manual_seed(1)
N, D, H, C = 6, 4, 5, 3
x = torch.randn(N, D, generator=g)
t = torch.randn(N, H, generator=g)
y = torch.tensor([0, 1, 2, 0, 1, 1])

# %% parameters
W = torch.randn(D, H) * 0.5
# %% forward
h = x @ W
a = torch.tanh(h)
loss = (a * t).sum() + (a**2).mean()
# %% backward
da = t + 2 * a / a.numel()
dh = da * (1 - a * a)
dW = x.T @ dh
for d in (dW, dh):
    d.clamp_(-0.01, 0.01)
# %% update
W = W - dW
