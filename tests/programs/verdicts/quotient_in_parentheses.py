# (a + b * s) / n ** 2 belongs, the division reaches only the second term
# exit 1 · accused: line 16 · explained
# says: parenthes|s \*\* -1|\(s - z \* torch.exp\(z\)\) /
# %% setup
import torch
x = torch.tensor([0.5, -1.0, 2.0, 0.8])
# %% parameters
w = torch.randn(4)
# %% forward
z = x * w
s = 1 + torch.exp(z)
h = z / s
loss = (h * x).sum()
# %% backward
dh = x
dz = dh * (s - z * torch.exp(z) / s ** 2)
dw = dz * x
# %% update
w = w - 0.1 * dw
