# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(8, 4)
Y = torch.randn(8, 3)

def affine_forward(x, w, b):
    return x @ w + b, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    dx = dout @ w.T
    dw = ...
    db = dout.sum(0)
    return dx, dw, db

def relu_forward(x):
    mask = x > 0
    return x * mask, mask

def relu_backward(dout, cache):
    pass

def affine_relu_forward(x, w, b):
    a, fc_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (fc_cache, relu_cache)

def affine_relu_backward(dout, cache):
    fc_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    dx, dw, db = affine_backward(da, fc_cache)
    return dx, dw, db

# %% parameters
W1 = torch.randn(4, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 3)
b2 = torch.randn(3)
# %% forward
h1, c1 = affine_relu_forward(X, W1, b1)
out, c2 = affine_relu_forward(h1, W2, b2)
loss = ((out - Y) ** 2).mean()
# %% backward
dout = 2 * (out - Y) / out.numel()
dh1, dW2, db2 = affine_relu_backward(dout, c2)
dX, dW1, db1 = affine_relu_backward(dh1, c1)
