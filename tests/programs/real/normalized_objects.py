import torch
import torch.nn.functional as F

torch.manual_seed(0)
X, y = torch.randn(16, 4), torch.randint(0, 3, (16,))


class BatchNorm:
    def __init__(self, n, eps=1e-5, momentum=0.1):
        self.gamma, self.beta = torch.ones(n), torch.zeros(n)
        self.eps, self.momentum = eps, momentum
        self.running_mean, self.running_var = torch.zeros(n), torch.ones(n)

    def forward(self, x):
        mean, var = x.mean(0), x.var(0, unbiased=False)
        self.inv = (var + self.eps) ** -0.5
        self.xhat = (x - mean) * self.inv
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var
        return self.gamma * self.xhat + self.beta

    def backward(self, dout):
        n = dout.shape[0]
        self.dgamma = (dout * self.xhat).sum(0)
        self.dbeta = dout.sum(0)
        dxhat = dout * self.gamma
        dx = self.inv / n * (n * dxhat - dxhat.sum(0) - self.xhat * (dxhat * self.xhat).sum(0))
        return dx


class Linear:
    def __init__(self, n_in, n_out):
        self.W, self.b = torch.randn(n_in, n_out) * 0.5, torch.zeros(n_out)

    def forward(self, x):
        self.x = x
        out = x @ self.W + self.b
        return out

    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(0)
        dx = dout @ self.W.T
        return dx


class Dropout:
    def __init__(self, p):
        self.p = p

    def forward(self, x):
        self.mask = (torch.rand_like(x) > self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class Tanh:
    def forward(self, x):
        self.out = x.tanh()
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out**2)


fc1, bn, act, drop, fc2 = Linear(4, 8), BatchNorm(8), Tanh(), Dropout(0.2), Linear(8, 3)
for it in range(50):
    h = fc1.forward(X)
    h = bn.forward(h)
    h = act.forward(h)
    h = drop.forward(h)
    logits = fc2.forward(h)
    loss = F.cross_entropy(logits, y)
    dlogits = F.softmax(logits, 1)
    dlogits[range(16), y] -= 1
    dlogits /= 16
    dh = fc2.backward(dlogits)
    dh = drop.backward(dh)
    dh = act.backward(dh)
    dh = bn.backward(dh)
    dX = fc1.backward(dh)
    for fc in (fc1, fc2):
        fc.W -= 0.1 * fc.dW
        fc.b -= 0.1 * fc.db
    bn.gamma -= 0.1 * bn.dgamma
    bn.beta -= 0.1 * bn.dbeta
