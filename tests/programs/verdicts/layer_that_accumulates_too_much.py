# the object adds twice the upstream gradient
# exit 1 · accused: line 12 or 22 or 23 · explained
# %% setup
import torch
class Scale:
    def __init__(self):
        self.total = torch.zeros(4)
    def forward(self, value, weight):
        self.value = value
        return value * weight
    def backward(self, upstream):
        self.total = self.total + 2 * (self.value * upstream).sum(0)
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(2))
scale = Scale()
# %% parameters
w = torch.randn(4)
# %% forward
z = scale.forward(x, w)
loss = torch.exp(z).mean()
# %% backward
dz = torch.exp(z) / z.numel()
scale.backward(dz)
dw = scale.total
# %% update
w = w - 0.1 * dw
