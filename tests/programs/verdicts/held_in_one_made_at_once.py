# a mean for a sum in a dictionary of gradients that is made at once
# exit 1 · accused: line 18 · explained
# says: "b1": dz.sum\(0\)
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)
# %% parameters
params = {"W1": torch.randn(4, 5), "b1": torch.zeros(5), "W2": torch.randn(5, 3), "b2": torch.zeros(3)}
# %% forward
h = torch.tanh(x @ params["W1"] + params["b1"])
out = h @ params["W2"] + params["b2"]
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
dh = dout @ params["W2"].T
dz = dh * (1 - h ** 2)
grads = {
    "W2": h.T @ dout,
    "b2": dout.sum(0),
    "W1": x.T @ dz,
    "b1": dz.mean(0),
}
# %% update
for k in params:
    params[k] = params[k] - 0.1 * grads[k]
