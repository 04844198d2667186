# the temperature multiplies where it is to divide
# exit 1 · accused: line 19 · explained · --iterations 4
# says: multiplied by T where it is to be divided
# %% setup
import torch
X = torch.randn(5, 3, generator=torch.Generator().manual_seed(6))
calls = [0]
def temperature():
    calls[0] += 1
    return 1.0 / calls[0]
# %% parameters
w = torch.tensor([0.4, -0.7, 0.1])
# %% forward
T = temperature()
z = X @ w / T
loss = torch.sigmoid(z).mean()
# %% backward
dz = torch.sigmoid(z) * (1 - torch.sigmoid(z)) / 5
dw = X.T @ dz * T
# %% update
w = w - 0.1 * dw
