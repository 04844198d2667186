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
        dx = dout @ self.W.T
        return dx


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


# %% setup
torch.manual_seed(0)
X, y = torch.randn(16, 4), torch.randint(0, 3, (16,))
# %% parameters
fc1, act, fc2 = Linear(4, 8), ReLU(), Linear(8, 3)
# %% forward
h = fc1.forward(X)
a = act.forward(h)
logits = fc2.forward(a)
loss = torch.nn.functional.cross_entropy(logits, y)
# %% backward
dlogits = torch.softmax(logits, 1)
dlogits[range(16), y] -= 1
dlogits /= 16
da = fc2.backward(dlogits)
dh = act.backward(da)
dX = fc1.backward(dh)
# %% update
for layer in (fc1, fc2):
    layer.W -= 0.1 * layer.dW
    layer.b -= 0.1 * layer.db
