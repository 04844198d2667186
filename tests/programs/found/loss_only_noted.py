import torch
x = torch.randn(10, 3); y = torch.randn(10, 1)
W = torch.randn(3, 1); b = torch.zeros(1)
losses = []
for i in range(100):
    pred = x @ W + b
    losses.append(((pred - y) ** 2).mean().item())
    dpred = 2 / 10 * (pred - y)
    dW = x.T @ dpred
    db = dpred.sum(0)
    W -= 0.1 * dW
    b -= 0.1 * db
