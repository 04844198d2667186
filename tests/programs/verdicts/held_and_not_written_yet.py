# a gradient that is still to be written under its key, and the update waits for it
# exit 1 · accused: no line
# says: not written
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
# %% parameters
params = {"W": torch.randn(5, 3), "b": torch.randn(3)}
# %% forward
out = x @ params["W"] + params["b"]
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
grads = {}
grads["W"] = x.T @ dout
# %% update
for key in params:
    params[key] = params[key] - 0.1 * grads[key]
