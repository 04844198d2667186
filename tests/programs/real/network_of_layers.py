import torch

torch.manual_seed(42)


class Layer:
    def parameters(self):
        return []


class Dense(Layer):
    def __init__(self, n_in, n_out):
        self.weight = torch.randn(n_in, n_out) * n_in**-0.5
        self.bias = torch.zeros(n_out)

    def __call__(self, inputs):
        self.inputs = inputs
        return inputs @ self.weight + self.bias

    def backward(self, grad):
        self.grad_weight = self.inputs.T @ grad
        self.grad_bias = grad.sum(0)
        return grad @ self.weight.T

    def parameters(self):
        return [(self.weight, self.grad_weight), (self.bias, self.grad_bias)]


class Tanh(Layer):
    def __call__(self, inputs):
        self.out = torch.tanh(inputs)
        return self.out

    def backward(self, grad):
        return grad * (1 - self.out**2)


class MSE:
    def __call__(self, pred, target):
        self.pred, self.target = pred, target
        return ((pred - target) ** 2).mean()

    def backward(self):
        return 2 * (self.pred - self.target) / self.pred.numel()


class Net:
    def __init__(self, layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad


X = torch.randn(32, 3)
Y = torch.sin(X.sum(1, keepdim=True))
net = Net([Dense(3, 8), Tanh(), Dense(8, 8), Tanh(), Dense(8, 1)])
criterion = MSE()
for step in range(100):
    pred = net(X)
    loss = criterion(pred, Y)
    grad = criterion.backward()
    net.backward(grad)
    for layer in net.layers:
        for p, g in layer.parameters():
            p -= 0.1 * g
    if step % 10 == 0:
        print(step, loss.item())
