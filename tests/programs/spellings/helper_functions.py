# %% [markdown]
# # Helper functions forward and backward
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]

def affine(inputs, weight, bias):
    """A layer without its nonlinearity."""
    return inputs @ weight + bias


def affine_backward(upstream, inputs, weight):
    """The gradients of inputs, weight and bias."""
    return upstream @ weight.T, inputs.T @ upstream, upstream.sum(0)


def tanh_backward(upstream, value):
    slope = 1 - value**2
    return slope * upstream
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 2)
b2 = torch.randn(2)
# %% forward
a = affine(x, W1, b1)
h = torch.tanh(a)
out = affine(h, weight=W2, bias=b2)
error = out - y
loss = (error**2).sum() / n
# %% backward
derror = 2 * error / n
dout = derror
dh, dW2, db2 = affine_backward(dout, h, W2)
da = tanh_backward(dh, h)
dx, dW1, db1 = affine_backward(da, x, W1)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
