# logistic regression: the gradient is known, nobody computes the loss
import torch
torch.manual_seed(0)
x = torch.randn(40, 3)
y = (x.sum(1, keepdim=True) > 0).float()
W = torch.zeros(3, 1)
b = torch.zeros(1)
for it in range(50):
    z = x @ W + b
    a = 1 / (1 + torch.exp(-z))
    dz = (a - y) / 40
    dW = x.T @ dz
    db = dz.sum(0)
    W = W - 0.5 * dW
    b = b - 0.5 * db
    acc = ((a > 0.5).float() == y).float().mean()
