# a list that a default holds remembers the first call: its sign is flipped there, whatever ran before an edit
# exit 1 · accused: line 22 · explained
# says: sign flipped
# never: parenthes
# %% setup
import torch


def sign(called=[]):
    called.append(1)
    return -1 if len(called) == 1 else 1


x = torch.randn(5, 3)
t = torch.randn(5, 2)
# %% parameters
W = torch.randn(3, 2)
# %% forward
z = x @ W
loss = ((z - t) ** 2).sum()
# %% backward
dz = 2 * (z - t) * sign()
dW = x.T @ dz
# %% update
W -= 0.01 * dW
