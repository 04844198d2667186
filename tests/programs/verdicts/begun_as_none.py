# wrong: dW and db begin as None in one line, and the line in the block doubles dW
# exit 1 · accused: line 21 · explained
# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(5, 3)
wanted = (True, True)
# %% parameters
W = torch.randn(3, 2)
b = torch.randn(2)
# %% forward
Z = X @ W + b
loss = (Z * Z).mean()
# %% backward
dW = db = None
dZ = 2 * Z / Z.numel()
if wanted[1]:
    db = dZ.sum(0)
# what is below is wrong
if wanted[0]:
    dW = X.T @ dZ * 2
