import torch

torch.manual_seed(1)
x = torch.randn(20, 3)
y = torch.randn(20, 1)
W1 = torch.randn(3, 5) * 0.1
b1 = torch.zeros(5)
W2 = torch.randn(5, 1) * 0.1
b2 = torch.zeros(1)
lr = 0.1
losses = []

for i in range(100):
    # forward pass
    h = x @ W1 + b1
    a = torch.relu(h)
    out = a @ W2 + b2
    diff = out - y
    loss = (diff ** 2).mean()
    losses.append(loss.item())
    if i % 10 == 0:
        print(i, loss.item())
    # backward
    dout = 2 * diff / diff.numel()
    dW2 = a.T @ dout
    db2 = dout.sum(0)
    da = dout @ W2.T
    dh = da * (h > 0)
    dW1 = x.T @ dh
    db1 = dh.sum(0)
    # update
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
    if loss < 0.01:
        break

print("done", losses[-1])
