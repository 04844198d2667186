# de is off by 2e-5 of itself, and so is what is made from it: more than rounding
# exit 1 · accused: line 16
# says: inherited
# never: end to end it agrees
# %% setup
import torch
X = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(5, generator=torch.Generator().manual_seed(2))
# %% parameters
w = torch.randn(3)
# %% forward
z = X @ w
e = z - y
loss = (e ** 2).mean()
# %% backward
de = 0.39999 * e
dz = de
dw = X.T @ dz
