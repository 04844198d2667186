import argparse
import torch


def sigmoid(z):
    return 1 / (1 + torch.exp(-z))


def get_data(n):
    torch.manual_seed(0)
    x = torch.randn(n, 2)
    y = (x[:, 0] > x[:, 1]).float().unsqueeze(1)
    return x, y


def train(x, y, lr=0.1, epochs=100, verbose=True):
    w = torch.zeros(2, 1)
    b = torch.zeros(1)
    history = []
    m = x.shape[0]
    for epoch in range(epochs):
        z = x @ w + b
        a = sigmoid(z)
        cost = -(y * torch.log(a) + (1 - y) * torch.log(1 - a)).mean()
        if torch.isnan(cost):
            return None
        dz = (a - y) / m
        dw = x.t() @ dz
        db = dz.sum(0)
        w -= lr * dw
        b -= lr * db
        history.append(cost.item())
        if verbose and epoch % 50 == 0:
            print(epoch, cost.item())
    return w, b, history


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.5)
    parser.add_argument("--epochs", type=int, default=60)
    args = parser.parse_args()
    x, y = get_data(50)
    w, b, history = train(x, y, args.lr, epochs=args.epochs)
    print("final", history[-1])


if __name__ == "__main__":
    main()
