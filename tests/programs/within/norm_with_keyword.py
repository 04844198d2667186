# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(8, 4)
Y = torch.randn(8, 3)

def bn_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(0)
    xc = x - mu
    var = (xc ** 2).mean(0)
    std = (var + eps).sqrt()
    xhat = xc / std
    out = gamma * xhat + beta
    return out, (xhat, gamma, xc, std)

def bn_backward(dout, cache):
    xhat, gamma, xc, std = cache
    # TODO
    ...

# %% parameters
W1 = torch.randn(4, 3)
g = torch.rand(3) + 0.5
c = torch.randn(3)
# %% forward
a = X @ W1
out, cache = bn_forward(a, g, c, eps=1e-3)
loss = ((out - Y) ** 2).mean()
# %% backward
dout = 2 * (out - Y) / out.numel()
da, dg, dc = bn_backward(dout, cache)
dW1 = X.T @ da
