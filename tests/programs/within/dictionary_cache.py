# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(8, 4)
Y = torch.randn(8, 3)

def affine_forward(x, w, b):
    out = x @ w + b
    return out, {"x": x, "w": w}

def affine_backward(dout, cache): ...

# %% parameters
W1 = torch.randn(4, 3)
b1 = torch.randn(3)
# %% forward
out, c1 = affine_forward(X, W1, b1)
loss = ((out - Y) ** 2).mean()
# %% backward
dout = 2 * (out - Y) / out.numel()
dX, dW1, db1 = affine_backward(dout, c1)
