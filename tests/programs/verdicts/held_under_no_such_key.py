# a key that is not there is told as Python tells it
# exit 2 · accused: no line
# says: KeyError: 'W3'
# %% setup
import torch
x = torch.randn(12, 5)
# %% parameters
params = {"W": torch.randn(5, 3)}
# %% forward
out = x @ params["W"]
loss = (out ** 2).sum()
# %% backward
grads = {}
dout = 2 * out
grads["W"] = x.T @ dout @ params["W3"]
