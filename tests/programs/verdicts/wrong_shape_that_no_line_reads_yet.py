# dz lost a dimension, the lines below it are not written yet: it is still to be the gradient of z
# exit 1 · accused: line 15
# never: whatever its name says
# %% setup
import torch
x = torch.randn(6, 4)
y = torch.tensor([0, 1, 2, 0, 1, 1])
# %% parameters
W = torch.randn(4, 3)
# %% forward
z = x @ W
p = z.softmax(1)
loss = -p[range(6), y].log().mean()
# %% backward
dz = (p - torch.eye(3)[y]).max(1).values
dW = ...
