import torch
x = torch.linspace(-1, 1, 30).unsqueeze(1)
t = 3 * x + 1
w = torch.zeros(1, 1)
b = torch.zeros(1)
step = 0
loss = torch.tensor(float("inf"))
while loss > 1e-3:
    y = x @ w + b
    loss = ((y - t) ** 2).mean()
    dy = 2 * (y - t) / len(x)
    dw = x.T @ dy
    db = dy.sum(0)
    w = w - 0.5 * dw
    b = b - 0.5 * db
    step += 1
    if step >= 1000:
        break
print(step)
