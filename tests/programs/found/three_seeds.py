import torch

x = torch.arange(10.0).unsqueeze(1) / 10
y = 2 * x - 0.5
results = {}
for seed in range(3):
    torch.manual_seed(seed)
    w = torch.randn(1, 1)
    b = torch.randn(1)
    for i in range(40):
        out = x @ w + b
        loss = ((out - y) ** 2).mean()
        dout = 2 * (out - y) / out.numel()
        dw = x.T @ dout
        db = dout.sum(0)
        w -= 0.5 * dw
        b -= 0.5 * db
    results[seed] = loss.item()
print(results)
