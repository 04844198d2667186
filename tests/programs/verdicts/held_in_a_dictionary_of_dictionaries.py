# a mean for a sum, in a dictionary of dictionaries
# exit 1 · accused: line 22 · explained
# says: mean
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randint(0, 3, (12,))
# %% parameters
params = {"W": {"in": torch.randn(5, 7), "out": torch.randn(7, 3)}, "b": torch.randn(7)}
# %% forward
z = x @ params["W"]["in"] + params["b"]
h = torch.tanh(z)
logits = h @ params["W"]["out"]
loss = torch.nn.functional.cross_entropy(logits, y)
# %% backward
grads = {"W": {}}
dlogits = torch.softmax(logits, 1) / 12
dlogits[range(12), y] -= 1 / 12
grads["W"]["out"] = h.T @ dlogits
dz = (dlogits @ params["W"]["out"].T) * (1 - h ** 2)
grads["W"]["in"] = x.T @ dz
grads["b"] = dz.mean(0)
# %% update
for k in ("in", "out"):
    params["W"][k] -= 0.5 * grads["W"][k]
params["b"] -= 0.5 * grads["b"]
