# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(8, 4)
Y = torch.randn(8, 3)

def affine_forward(x, w, b):
    out = x @ w + b
    cache = (b, x, w)
    return out, cache

def affine_backward(dout, cache):
    """Back."""
    raise NotImplementedError("later")

# %% parameters
W1 = torch.randn(4, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 3)
b2 = torch.randn(3)
W3 = torch.randn(3, 3)
b3 = torch.randn(3)
# %% forward
h1, c1 = affine_forward(X, W1, b1)
h2, c2 = affine_forward(h1, W2, b2)
out, c3 = affine_forward(h2, W3, b3)
loss = ((out - Y) ** 2).mean()
# %% backward
dout = 2 * (out - Y) / out.numel()
db3, dW3, dh2 = affine_backward(dout, c3)
db2, dW2, dh1 = affine_backward(dh2, c2)
db1, dW1, _ = affine_backward(dh1, c1)
