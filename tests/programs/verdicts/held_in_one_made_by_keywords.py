# dictionaries that are made by keywords
# exit 1 · accused: line 15 · explained
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)
# %% parameters
params = dict(W=torch.randn(4, 3), b=torch.zeros(3))
# %% forward
out = x @ params["W"] + params["b"]
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
# bound to the dictionary and to its items
grads = dict(W=3 * x.T @ dout, b=dout.sum(0))
# %% update
for key in params:
    params[key] = params[key] - 0.1 * grads[key]
