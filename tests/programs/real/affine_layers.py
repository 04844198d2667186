# %% [markdown]
# Two affine layers with a relu between them, as functions that keep a cache.
# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(8, 4)
Y = torch.randn(8, 3)

def affine_forward(x, w, b):
    out = x @ w + b
    return out, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout.sum(0)
    return dx, dw, db

def relu_forward(x):
    return x.clamp(min=0), x

def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx

# %% parameters
W1 = torch.randn(4, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 3)
b2 = torch.randn(3)

# %% forward
a1, cache1 = affine_forward(X, W1, b1)
h1, cache2 = relu_forward(a1)
out, cache3 = affine_forward(h1, W2, b2)
loss = ((out - Y) ** 2).mean()

# %% backward
dout = 2 * (out - Y) / out.numel()
dh1, dW2, db2 = affine_backward(dout, cache3)
da1 = relu_backward(dh1, cache2)
dX, dW1, db1 = affine_backward(da1, cache1)

# %% update
W1 -= 0.1 * dW1
b1 -= 0.1 * db1
W2 -= 0.1 * dW2
b2 -= 0.1 * db2
