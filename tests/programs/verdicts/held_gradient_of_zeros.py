# zeros where a dictionary holds the gradient
# exit 1 · accused: line 15 · explained
# never: torch's own
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
# %% parameters
params = {"W": torch.randn(5, 3)}
# %% forward
out = x @ params["W"]
loss = ((out - y) ** 2).mean()
# %% backward
grads = {}
grads["W"] = torch.zeros_like(params["W"])
# %% update
params["W"] = params["W"] - 0.1 * grads["W"]
