# linear regression; the loss is only there to be printed
import torch
torch.manual_seed(0)
X = torch.randn(40, 3)
y = X @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.1
w = torch.zeros(3, 1)
b = torch.zeros(1)
n = len(X)
for epoch in range(50):
    y_hat = X @ w + b
    error = y_hat - y
    dw = 2 / n * X.T @ error
    db = 2 * error.mean(0)
    w -= 0.1 * dw
    b -= 0.1 * db
    loss = (error ** 2).mean()
    if epoch % 10 == 0:
        print(epoch, loss.item())
