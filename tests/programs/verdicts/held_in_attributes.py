# a mean for a sum, where objects hold parameters and their gradients
# exit 1 · accused: line 26 · explained
# says: mean
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)
class Layer:
    def __init__(self, n, m):
        self.W = torch.randn(n, m)
        self.b = torch.zeros(m)
# %% parameters
one = Layer(4, 5)
two = Layer(5, 3)
# %% forward
h = torch.tanh(x @ one.W + one.b)
out = h @ two.W + two.b
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
two.dW = h.T @ dout
two.db = dout.sum(0)
dh = dout @ two.W.T
dz = dh * (1 - h ** 2)
one.dW = x.T @ dz
one.db = dz.mean(0)
# %% update
for layer in (one, two):
    layer.W = layer.W - 0.1 * layer.dW
    layer.b -= 0.1 * layer.db
