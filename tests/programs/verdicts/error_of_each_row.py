# the slope of tanh is not squared in the error of each row; W, b and the layer above are right
# exit 1 · accused: line 22 · explained
# says: each row of z
# %% setup
import torch
data = torch.randn(4, 3, generator=torch.Generator().manual_seed(63))
aim = torch.randn(4, 2, generator=torch.Generator().manual_seed(64))
# %% parameters
W = torch.randn(3, 5)
b = torch.randn(5)
V = torch.randn(5, 2)
# %% forward
z = data @ W + b
h = torch.tanh(z)
out = h @ V
loss = ((out - aim) ** 2).mean()
# %% backward
dout = 2 * (out - aim) / out.numel()
dV = h.T @ dout
dW, db = torch.zeros_like(W), torch.zeros_like(b)
for n in range(4):
    row = (dout[n] @ V.T) * (1 - h[n])
    dW += torch.outer(data[n], row)
    db += row
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
V = V - 0.1 * dV
