# %% [markdown]
# Blocks of layers: functions that call others, residual sums, and weights that two calls share.
# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(8, 4)
Y = torch.randn(8, 3)
n = 8

def affine_forward(x, w, b):
    """Multiply, add."""
    out = x @ w + b
    cache = (x, w, b)
    return out, cache

def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout.sum(0)
    return dx, dw, db

def tanh_forward(x):
    out = torch.tanh(x)
    return out, out

def tanh_backward(dout, out):
    return dout * (1 - out**2)

def block_forward(x, w, b):
    a, affine_cache = affine_forward(x, w, b)
    h, tanh_cache = tanh_forward(a)
    return h, (affine_cache, tanh_cache)

def block_backward(dh, cache):
    affine_cache, tanh_cache = cache
    da = tanh_backward(dh, tanh_cache)
    return affine_backward(da, affine_cache)

def softmax_loss(z, y):
    p = torch.softmax(z, 1)
    loss = -p[torch.arange(n), y].log().mean()
    dz = p.clone()
    dz[torch.arange(n), y] -= 1
    dz /= n
    return loss, dz
y = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])
# %% parameters
W0 = torch.randn(4, 5)
b0 = torch.randn(5)
W = torch.randn(5, 5)
b = torch.randn(5)
V = torch.randn(5, 3)
c = torch.randn(3)
# %% forward
h0, cache0 = block_forward(X, W0, b0)
g1, cache1 = block_forward(h0, W, b)
h1 = g1 + h0
g2, cache2 = block_forward(h1, w=W, b=b)
h2 = g2 + h1
scores, cache3 = affine_forward(h2, V, c)
loss, dscores = softmax_loss(scores, y)
# %% backward
dh2, dV, dc = affine_backward(dscores, cache3)
dh1, dWa, dba = block_backward(dh2, cache2)
dh1 = dh1 + dh2
dh0, dWb, dbb = block_backward(dh1, cache1)
dh0 += dh1
dW, db = dWa + dWb, dba + dbb
dX, dW0, db0 = block_backward(dh0, cache0)
# %% update
for p, g in ((W0, dW0), (b0, db0), (W, dW), (b, db), (V, dV), (c, dc)):
    p -= 0.1 * g
