# dz is deliberate, and dw is judged given it: its sign is wrong
# exit 1 · accused: line 16 · explained
# says: deliberate
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(32))
# %% parameters
w = torch.randn(3)
# %% forward
z = x * w
q = torch.round(z * 4) / 4
loss = ((q - x) ** 2).mean()
# %% backward
dq = 2 * (q - x) / q.numel()
dz = dq  # deliberate: straight through the rounding
dw = -(dz * x).sum(0)
# %% update
w = w - 0.1 * dw
