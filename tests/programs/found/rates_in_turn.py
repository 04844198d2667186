import torch
def loss_of(p, y): return ((p - y) ** 2).mean()
def train(x, y, lr, steps=4, say=False):
    W = torch.zeros(3, 1)
    for i in range(steps):
        p = x @ W
        loss = loss_of(p, y)
        dp = 2 * (p - y) / len(x)
        dW = x.T @ dp
        W = W - lr * dW
        if loss < 0.01:
            return W
    if say: print("done", lr)
    return W
def main():
    torch.manual_seed(0)
    x = torch.randn(10, 3); y = torch.randn(10, 1)
    results = []
    for lr in (0.01, 0.1):
        results.append(train(x, y, lr))
    best = train(x, y, 0.2, steps=6, say=True)
    print(best.sum(), len(results))
main()
