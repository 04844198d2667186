# right; a line of the forward writes the gradient of the error before the loss is known
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(6, 2, generator=torch.Generator().manual_seed(18))
y = torch.randn(6, generator=torch.Generator().manual_seed(19))
# %% parameters
w = torch.randn(2)
# %% forward
z = x @ w
e = z - y
de = 2 * e.detach() / len(y)
loss = (e ** 2).mean()
# %% backward
dz = de
dw = x.T @ dz
# %% update
w = w - 0.1 * dw
