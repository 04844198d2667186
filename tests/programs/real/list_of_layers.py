import torch


class Linear:
    def __init__(self, n_in, n_out):
        self.W = torch.randn(n_in, n_out) * n_in**-0.5
        self.b = torch.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(0)
        return dout @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


torch.manual_seed(0)
X, y = torch.randn(16, 4), torch.randint(0, 3, (16,))
layers = [Linear(4, 8), ReLU(), Linear(8, 3)]
for epoch in range(20):
    out = X
    for layer in layers:
        out = layer.forward(out)
    loss = torch.nn.functional.cross_entropy(out, y)
    dout = torch.softmax(out, 1)
    dout[range(16), y] -= 1
    dout /= 16
    for layer in reversed(layers):
        dout = layer.backward(dout)
    for layer in layers:
        if isinstance(layer, Linear):
            layer.W -= 0.1 * layer.dW
            layer.b -= 0.1 * layer.db
