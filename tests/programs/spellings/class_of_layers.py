# %% [markdown]
# # A small class keeps what backward needs
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]


class Layer:
    """Remembers its inputs from forward to backward."""

    def forward(self, inputs, weight, bias):
        self.inputs, self.weight = inputs, weight
        return inputs @ weight + bias

    def backward(self, upstream):
        weight_gradient = self.inputs.T @ upstream
        return upstream @ self.weight.T, weight_gradient, upstream.sum(0)


first, second = Layer(), Layer()
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 2)
b2 = torch.randn(2)
# %% forward
a = first.forward(x, W1, b1)
h = torch.tanh(a)
out = second.forward(h, W2, b2)
error = out - y
loss = (error**2).sum() / n
# %% backward
derror = 2 * error / n
dout = derror
dh, dW2, db2 = second.backward(dout)
da = (1 - h**2) * dh
dx, dW1, db1 = first.backward(da)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
