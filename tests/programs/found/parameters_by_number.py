import torch
x = torch.randn(10, 3); y = torch.randn(10, 1)
W1, b1, W2, b2 = torch.randn(3, 5), torch.zeros(5), torch.randn(5, 1), torch.zeros(1)
params = [W1, b1, W2, b2]
for i in range(10):
    h = torch.tanh(x @ params[0] + params[1])
    out = h @ params[2] + params[3]
    loss = ((out - y) ** 2).mean()
    dout = 2 * (out - y) / 10
    dW2 = h.T @ dout
    db2 = dout.sum(0)
    dh = dout @ W2.T
    dpre = dh * (1 - h**2)
    dW1 = x.T @ dpre
    db1 = dpre.sum(0)
    grads = [dW1, db1, dW2, db2]
    for p, g in zip(params, grads):
        p -= 0.1 * g
