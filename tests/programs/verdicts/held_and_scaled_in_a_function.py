# a function that gets the dictionary of gradients changes what it holds
# exit 1 · accused: line 18 or 19 or 20
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
def clipped(grads):
    for key in grads:
        grads[key] = grads[key] * 0.5
# %% parameters
params = {"W": torch.randn(5, 3), "b": torch.randn(3)}
# %% forward
out = x @ params["W"] + params["b"]
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
grads = {}
grads["W"] = x.T @ dout
grads["b"] = dout.sum(0)
clipped(grads)
# %% update
for key in params:
    params[key] = params[key] - 0.1 * grads[key]
