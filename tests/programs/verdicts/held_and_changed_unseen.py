# a method changes what the dictionary of gradients holds: nothing is said of a gradient that was not seen
# exit 2 · accused: no line
# says: bound anew where that cannot be followed
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
class Clipping:
    def __init__(self, held):
        self.held = held
    def clip(self):
        for key in self.held:
            self.held[key] = 0.5 * self.held[key]
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
clipping = Clipping(grads)
clipping.clip()
