# layers that are called like functions; the second forgets the slope of its tanh
# exit 1 · accused: line 21 · explained
# %% setup
import torch
class Layer:
    def __call__(self, value, weight):
        self.value = value
        self.out = torch.tanh(value @ weight)
        return self.out
first, second = Layer(), Layer()
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(50))
# %% parameters
A = torch.randn(3, 4) * 0.5
B = torch.randn(4, 2) * 0.5
# %% forward
h = first(x, A)
y = second(h, B)
loss = (y ** 2).sum()
# %% backward
dy = 2 * y
dB = h.T @ dy
dh = (dy * (1 - y * y)) @ B.T
dA = x.T @ (dh * (1 - h * h))
# %% update
A = A - 0.1 * dA
B = B - 0.1 * dB
