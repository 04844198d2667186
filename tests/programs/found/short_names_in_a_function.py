"""A net of two layers, fitted in a function; its gradients have short names."""

import torch


def forward(x, w1, w2):
    h = x @ w1
    a = h.relu()
    return h, a, a @ w2


def fit(x, y, epochs=20, eta=1e-3):
    w1 = torch.randn(3, 4)
    w2 = torch.randn(4, 1)
    for _ in range(epochs):
        h, a, out = forward(x, w1, w2)
        loss = ((out - y) ** 2).sum()
        gout = 2 * (out - y)
        gw2 = a.t().mm(gout)
        ga = gout.mm(w2.t())
        gh = ga.clone()
        gh[h < 0] = 0
        gw1 = x.t().mm(gh)
        w1 -= eta * gw1
        w2 -= eta * gw2
    return w1, w2


if __name__ == "__main__":
    torch.manual_seed(3)
    weights = fit(torch.randn(10, 3), torch.randn(10, 1))
    print([w.shape for w in weights])
