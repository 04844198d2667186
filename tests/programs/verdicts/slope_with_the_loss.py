# right; the function of the forward gives the slope beside the loss, under a name of its own
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(6, generator=torch.Generator().manual_seed(2))
def mse(z, y):
    diff = z - y
    return (diff ** 2).mean(), 2 * diff / len(y)
# %% parameters
w = torch.randn(3)
b = torch.zeros(1)
# %% forward
z = x @ w + b
loss, delta = mse(z, y)
# %% backward
dw = x.T @ delta
db = delta.sum(0, keepdim=True)
