# a number stands in the place of dh, and the line that reads it raises: that is no evidence for what dh is
# exit 2 · accused: line 18
# %% setup
import torch
x = torch.randn(5, 3)
y = torch.randn(5, 2)
# %% parameters
W1 = torch.randn(3, 4)
W2 = torch.randn(4, 2)
# %% forward
z = x @ W1
h = torch.tanh(z)
o = h @ W2
loss = ((o - y) ** 2).sum()
# %% backward
do = 2 * (o - y)
dW2 = h.T @ do
dh = 1.5
dz = (dh @ W1) * (1 - h ** 2)
dW1 = x.T @ dz
# %% update
W1 -= 0.01 * dW1
W2 -= 0.01 * dW2
