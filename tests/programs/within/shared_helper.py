# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(8, 4)
Y = torch.randn(8, 3)

def sigmoid(z):
    return 1 / (1 + torch.exp(-z))

def swish_forward(x):
    s = sigmoid(x)
    out = x * s
    return out, x

def swish_backward(dout, cache):
    x = cache
    s = sigmoid(x)
    dx = ...
    return dx

# %% parameters
W1 = torch.randn(4, 3)
# %% forward
a = X @ W1
out, cache = swish_forward(a)
loss = ((out - Y) ** 2).mean()
# %% backward
dout = 2 * (out - Y) / out.numel()
da = swish_backward(dout, cache)
dW1 = X.T @ da
