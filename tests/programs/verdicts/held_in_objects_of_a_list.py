# right gradients of layers in a list, with momentum beside them
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)


class Layer:
    def __init__(self, inputs, outputs):
        self.W = torch.randn(inputs, outputs)
        self.b = torch.randn(outputs)
        self.speed = torch.zeros(inputs, outputs)

    def step(self, rate):
        self.speed = 0.9 * self.speed + self.dW
        self.W = self.W - rate * self.speed
        self.b = self.b - rate * self.db


# %% parameters
layers = [Layer(4, 5), Layer(5, 3)]
# %% forward
h = torch.relu(x @ layers[0].W + layers[0].b)
out = h @ layers[1].W + layers[1].b
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
layers[1].dW = h.T @ dout
layers[1].db = dout.sum(0)
dh = dout @ layers[1].W.T
dz = dh * (h > 0)
layers[0].dW = x.T @ dz
layers[0].db = dz.sum(0)
# %% update
for layer in layers:
    layer.step(0.1)
