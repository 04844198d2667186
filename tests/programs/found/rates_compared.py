import torch
def train(lr, steps=20):
    torch.manual_seed(0)
    x = torch.randn(20, 3); y = x.sum(1, keepdim=True)
    w = torch.zeros(3, 1)
    for _ in range(steps):
        e = x @ w - y
        loss = (e * e).mean()
        de = 2 * e / e.numel()
        dw = x.T @ de
        w = w - lr * dw
    return loss.item()
best = None
for lr in (0.01, 0.1, 0.5):
    final = train(lr)
    print(lr, final)
    if best is None or final < best[1]:
        best = (lr, final)
print(best)
