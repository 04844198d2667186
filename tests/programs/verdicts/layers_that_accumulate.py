# right; each layer adds to what it holds, and the same layer is used twice
# exit 0 · accused: no line
# %% setup
import torch
class Linear:
    def __init__(self, name):
        self.name, self.seen = name, []
        self.grads = {name: torch.zeros(3, 3)}
    def forward(self, value, weight):
        self.seen.append((value, weight))
        return value @ weight
    def backward(self, upstream):
        value, weight = self.seen.pop()
        self.grads[self.name] = self.grads[self.name] + value.T @ upstream
        return upstream @ weight.T
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))
layer = Linear("A")
# %% parameters
A = torch.randn(3, 3) * 0.5
# %% forward
u = layer.forward(x, A)
h = torch.tanh(u)
o = layer.forward(h, A)
loss = (o ** 2).mean()
# %% backward
do = 2 * o / o.numel()
dh = layer.backward(do)
du = dh * (1 - h * h)
layer.backward(du)
dA = layer.grads["A"]
# %% update
A = A - 0.1 * dA
