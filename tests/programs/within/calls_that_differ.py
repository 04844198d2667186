# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(8, 4)
Y = torch.randn(8, 3)

def lin_forward(x, w, flip):
    out = x @ w.T if flip else x @ w
    return out, (x, w, flip)

def lin_backward(dout, cache):
    x, w, flip = cache
    dx = ...
    dw = x.T @ dout if not flip else dout.T @ x
    return dx, dw

# %% parameters
W1 = torch.randn(4, 5)
W2 = torch.randn(3, 5)
# %% forward
h, c1 = lin_forward(X, W1, False)
out, c2 = lin_forward(h, W2, True)
loss = ((out - Y) ** 2).mean()
# %% backward
dout = 2 * (out - Y) / out.numel()
dh, dW2 = lin_backward(dout, c2)
dX, dW1 = lin_backward(dh, c1)
