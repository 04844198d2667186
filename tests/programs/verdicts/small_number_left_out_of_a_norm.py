# the gradient of a normalised tensor without the number beside its variance: more than a step of single precision
# exit 1 · accused: line 21
# %% setup
import torch
torch.manual_seed(2)
X = torch.randn(8, 4) * 0.3
y = torch.randn(8, 3)
# %% parameters
W = torch.randn(4, 3)
# %% forward
h = X @ W
c = h - h.mean(0, keepdim=True)
var = (c ** 2).mean(0, keepdim=True)
inv = (var + 1e-5) ** -0.5
o = c * inv
loss = ((o - y) ** 2).sum()
# %% backward
do = 2 * (o - y)
dinv = (do * c).sum(0, keepdim=True)
# the slope, and what comes of it
dvar = -0.5 * var ** -1.5 * dinv
dc = do * inv + 2 * c * dvar / len(h)
dh = dc - dc.mean(0, keepdim=True)
dW = X.T @ dh
# %% update
W -= 0.01 * dW
