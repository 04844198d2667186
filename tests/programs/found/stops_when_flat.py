"""Fit a logistic regression; stops when the loss does not change any more."""
import torch


def make_data(n=120, seed=3):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 2, generator=g)
    y = (x[:, 0] - 2 * x[:, 1] > 0.2).float().unsqueeze(1)
    return x, y


def fit(x, y, lr=0.5, tol=1e-3, max_iter=500, verbose=True):
    n, d = x.shape
    W = torch.zeros(d, 1)
    b = torch.zeros(1)
    previous = float("inf")
    for it in range(max_iter):
        # forward pass
        z = x @ W + b
        p = 1 / (1 + torch.exp(-z))
        loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

        if abs(previous - loss.item()) < tol:
            if verbose:
                print(f"converged after {it} iterations, loss {loss.item():.4f}")
            return W, b
        previous = loss.item()

        # backward pass
        dz = (p - y) / n
        dW = x.T @ dz
        db = dz.sum(0)

        # update
        W -= lr * dW
        b -= lr * db
        if verbose and it % 10 == 0:
            print(it, loss.item())
    return W, b


if __name__ == "__main__":
    x, y = make_data()
    W, b = fit(x, y)
    acc = (((x @ W + b) > 0).float() == y).float().mean()
    print("accuracy", acc.item())
