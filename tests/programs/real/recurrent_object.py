import torch
import torch.nn.functional as F

torch.manual_seed(0)
X, y = torch.randn(16, 4), torch.randint(0, 3, (16,))


class RNN:
    def __init__(self, n_in, n_h):
        self.Wx = torch.randn(n_in, n_h) * 0.5
        self.Wh = torch.randn(n_h, n_h) * 0.5
        self.b = torch.zeros(n_h)

    def forward(self, x, h0):
        self.x, self.hs = x, [h0]
        for t in range(x.shape[1]):
            self.hs.append(torch.tanh(x[:, t] @ self.Wx + self.hs[-1] @ self.Wh + self.b))
        return self.hs[-1]

    def backward(self, dh):
        self.dWx, self.dWh, self.db = (
            torch.zeros_like(self.Wx),
            torch.zeros_like(self.Wh),
            torch.zeros_like(self.b),
        )
        for t in reversed(range(self.x.shape[1])):
            da = dh * (1 - self.hs[t + 1] ** 2)
            self.dWx += self.x[:, t].T @ da
            self.dWh += self.hs[t].T @ da
            self.db += da.sum(0)
            dh = da @ self.Wh.T
        return dh


xs = torch.randn(16, 5, 4)
rnn = RNN(4, 6)
V = torch.randn(6, 3)
for it in range(20):
    h = rnn.forward(xs, torch.zeros(16, 6))
    logits = h @ V
    loss = F.cross_entropy(logits, y)
    dlogits = F.softmax(logits, 1)
    dlogits[range(16), y] -= 1
    dlogits /= 16
    dV = h.T @ dlogits
    dh = dlogits @ V.T
    rnn.backward(dh)
    V -= 0.1 * dV
    rnn.Wx -= 0.1 * rnn.dWx
    rnn.Wh -= 0.1 * rnn.dWh
    rnn.b -= 0.1 * rnn.db
