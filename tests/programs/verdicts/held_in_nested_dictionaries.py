# two layers with dropout: parameters, gradients and momentum in dictionaries of dictionaries
# exit 0 · accused: no line
# %% setup
import torch
import torch.nn.functional as F

x = torch.randn(9, 4)
y = torch.randint(0, 3, (9,))
settings = {"rate": 0.1, "keep": 0.8, "decay": 1e-2}


def linear(x, layer):
    return x @ layer["W"] + layer["b"]


speed = {"first": {"W": torch.zeros(4, 6), "b": torch.zeros(6)}, "scale": torch.zeros(6)}
# %% parameters
params = {
    "first": {"W": torch.randn(4, 6), "b": torch.randn(6)},
    "last": {"W": torch.randn(6, 3), "b": torch.randn(3)},
    "scale": torch.randn(6),
}
# %% forward
cache = {}
cache["z"] = linear(x, params["first"])
cache["mask"] = (torch.rand(9, 6) < settings["keep"]) / settings["keep"]
cache["h"] = torch.tanh(cache["z"]) * cache["mask"]
scaled = cache["h"] * params["scale"]
logits = linear(scaled, params["last"])
penalty = settings["decay"] * (params["first"]["W"] ** 2).sum()
loss = F.cross_entropy(logits, y) + penalty
# %% backward
grads = {"first": {}, "last": {}}
dlogits = (torch.softmax(logits, 1) - F.one_hot(y, 3)) / len(y)
grads["last"]["W"] = scaled.T @ dlogits
grads["last"]["b"] = dlogits.sum(0)
dscaled = dlogits @ params["last"]["W"].T
grads["scale"] = (dscaled * cache["h"]).sum(0)
dh = dscaled * params["scale"]
dz = dh * cache["mask"] * (1 - torch.tanh(cache["z"]) ** 2)
grads["first"]["W"] = x.T @ dz
grads["first"]["W"] += 2 * settings["decay"] * params["first"]["W"]
grads["first"]["b"] = dz.sum(0)
# %% update
speed["scale"] = 0.9 * speed["scale"] + grads["scale"]
params["scale"] = params["scale"] - settings["rate"] * speed["scale"]
for layer in ("first", "last"):
    for name in ("W", "b"):
        params[layer][name] = params[layer][name] - settings["rate"] * grads[layer][name]
