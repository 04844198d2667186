# one dictionary for parameters, what the forward makes, and their gradients
# exit 1 · accused: line 18 · explained
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)
# %% parameters
net = {"W1": torch.randn(4, 5), "W2": torch.randn(5, 3)}
# %% forward
net["h"] = torch.tanh(x @ net["W1"])
net["out"] = net["h"] @ net["W2"]
loss = ((net["out"] - y) ** 2).mean()
# %% backward
net["dout"] = 2 * (net["out"] - y) / y.numel()
net["dW2"] = net["h"].T @ net["dout"]
net["dh"] = net["dout"] @ net["W2"].T
# the slope of tanh
net["dW1"] = x.T @ (net["dh"] * (1 - net["h"]))
# %% update
for key in ("W1", "W2"):
    net[key] = net[key] - 0.1 * net["d" + key]
