# dh is clipped before it is read, said to be deliberate
# exit 0 · accused: no line
# says: deliberate
# %% setup
import torch
x = torch.randn(6, 4, generator=torch.Generator().manual_seed(35)) * 2
# %% parameters
A = torch.randn(4, 3)
B = torch.randn(3, 2)
# %% forward
h = x @ A
o = h @ B
loss = (o ** 2).sum()
# %% backward
do = 2 * o
dB = h.T @ do
dh = (do @ B.T).clamp(-1, 1)  # deliberate: keeps the flow small
dA = x.T @ dh
# %% update
A = A - 0.01 * dA
B = B - 0.01 * dB
