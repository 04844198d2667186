# what only a function reads of a dictionary is a parameter, too: no part of a gradient passes for it
# exit 1 · accused: line 25 · explained
# says: mask
# %% setup
import torch
import torch.nn.functional as F

x = torch.randn(12, 5)
y = torch.randint(0, 3, (12,))
settings = {"rate": 0.1, "drop": 0.3}
def linear(x, p, n):
    return x @ p["W" + n] + p["b" + n]
# %% parameters
p = {"W1": torch.randn(5, 7), "b1": torch.randn(7), "W2": torch.randn(7, 3), "b2": torch.randn(3)}
# %% forward
z = linear(x, p, "1")
mask = (torch.rand(z.shape) > settings["drop"]).float() / (1 - settings["drop"])
h = torch.relu(z) * mask
logits = h @ p["W2"] + p["b2"]
loss = F.cross_entropy(logits, y)
# %% backward
g = {k: None for k in p}
dlogits = (torch.softmax(logits, 1) - F.one_hot(y, 3)) / len(y)
g["W2"], g["b2"] = h.T @ dlogits, dlogits.sum(0)
dz = (dlogits @ p["W2"].T) * (z > 0)
g["W1"] = x.T @ dz
g["b1"] = dz.sum(0)
# %% update
p = {k: w - settings["rate"] * g[k] for k, w in p.items()}
