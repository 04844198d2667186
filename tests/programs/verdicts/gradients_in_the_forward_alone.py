# dz and dw stand in the forward; dz has + for -, dw is right
# exit 1 · accused: line 11 · explained
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(6, generator=torch.Generator().manual_seed(2))
# %% parameters
w = torch.randn(3)
# %% forward
z = x @ w
dz = 2 * (z + y) / len(y)
dw = x.T @ dz
loss = ((z - y) ** 2).mean()
# %% update
w = w - 0.1 * dw
