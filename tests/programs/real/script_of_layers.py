"""Layers with dictionaries for caches, in a plain script."""

import torch

torch.manual_seed(0)


def linear_forward(x, w, b):
    z = torch.matmul(x, w) + b
    cache = {"x": x, "w": w}
    return z, cache


def linear_backward(dz, cache):
    x, w = cache["x"], cache["w"]
    dx = torch.matmul(dz, w.T)
    dw = torch.matmul(x.T, dz)
    db = torch.sum(dz, dim=0)
    return dx, dw, db


def sigmoid_forward(z):
    a = 1 / (1 + torch.exp(-z))
    return a, a


def sigmoid_backward(da, a):
    dz = da * a * (1 - a)
    return dz


X = torch.randn(10, 3)
T = torch.randn(10, 2)  # targets
W1 = torch.randn(3, 4, requires_grad=False)
b1 = torch.zeros(4)
W2 = torch.randn(4, 2)
b2 = torch.zeros(2)
lr = 0.1
for step in range(20):
    z1, cache1 = linear_forward(X, W1, b1)
    a1, act1 = sigmoid_forward(z1)
    z2, cache2 = linear_forward(a1, W2, b2)
    loss = ((z2 - T) ** 2).mean()
    dz2 = 2 * (z2 - T) / z2.numel()
    da1, dW2, db2 = linear_backward(dz2, cache2)
    dz1 = sigmoid_backward(da1, act1)
    _, dW1, db1 = linear_backward(dz1, cache1)
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
