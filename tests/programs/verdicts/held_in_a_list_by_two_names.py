# a list of gradients that is changed by another name of its own
# exit 2 · accused: no line
# says: bound anew where that cannot be followed
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)
# %% parameters
params = [torch.randn(4, 3), torch.randn(3)]
# %% forward
out = x @ params[0] + params[1]
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
grads = [None, None]
# the list has two names below
grads[0] = x.T @ dout
grads[1] = dout.sum(0)
same = grads
same[0] = 2 * same[0]
# %% update
for p, g in zip(params, grads):
    p -= 0.1 * g
