"""Numerical check beside it."""
import torch
torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
def loss_fn(W, b): return (torch.sigmoid(X @ W + b) - y).pow(2).sum()
X, y = torch.randn(6, 2), torch.rand(6, 1)
W, b = torch.randn(2, 1), torch.randn(1)
for it in range(5):
    z = X @ W + b
    s = torch.sigmoid(z)
    err = s - y
    J = (err ** 2).sum()
    grad_s = 2 * err
    grad_z = grad_s * s * (1 - s)
    grad_W = X.T @ grad_z
    grad_b = grad_z.sum(0)
    # numerical
    h = 1e-6
    num = torch.zeros_like(W)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            Wp, Wm = W.clone(), W.clone()
            Wp[i, j] += h; Wm[i, j] -= h
            num[i, j] = (loss_fn(Wp, b) - loss_fn(Wm, b)) / (2 * h)
    rel = (num - grad_W).abs().max() / num.abs().max()
    print(it, "J", float(J), "rel. error", float(rel))
    W -= 0.5 * grad_W
    b -= 0.5 * grad_b
