# three lines make one gradient, the last scales by a number that is no size of the loss
# exit 1 · accused: line 17 · explained
# says: 3 where 8 belongs|2.667 times too large
# %% setup
import torch
X = torch.randn(8, 4)
t = torch.tensor([0, 1, 2, 2, 1, 0, 0, 1])
# %% parameters
W = torch.randn(4, 3)
# %% forward
z = X @ W
p = torch.softmax(z, 1)
loss = -torch.log(p[range(8), t]).mean()
# %% backward
dz = p.clone()
dz[range(8), t] -= 1
dz /= 3
dW = X.T @ dz
# %% update
W -= 0.1 * dW
