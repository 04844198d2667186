# one entry of a copied constant is mistyped; five entries of six are right, and no ratio helps
# exit 1 · accused: line 15 · explained
# says: -0\.25|1 of 6
# never: about -?[01] times|to -?\d+ times
# %% setup
import torch
x = torch.tensor([8.0, -3.0, 1.0, 0.5, -0.25, 2.0])
# %% parameters
w = torch.randn(6)
# %% forward
z = w * x
loss = torch.sin(z).sum()
# %% backward
dz = torch.cos(z)
dw = dz * torch.tensor([8.0, -3.0, 1.0, 0.5, -0.52, 2.0])
# %% update
w = w - 0.1 * dw
