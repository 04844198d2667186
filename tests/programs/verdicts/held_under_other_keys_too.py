# a gradient whose dictionary is filled under keys that are not named: no part passes for the whole
# exit 2 · accused: no line
# says: by a name of its own; that of params\["W2"\] is. A line `grads\["W1"\] = ...` marks it as not written yet
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
# %% parameters
params = {"W1": torch.randn(5, 7), "W2": torch.randn(7, 3)}
# %% forward
h = torch.tanh(x @ params["W1"])
out = h @ params["W2"]
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
grads = {}
grads["W2"] = h.T @ dout
dh = dout @ params["W2"].T
grads.update({"W1": 3 * x.T @ (dh * (1 - h ** 2))})
# %% update
for key in params:
    params[key] = params[key] - 0.1 * grads[key]
