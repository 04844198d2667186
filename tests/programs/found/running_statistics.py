import torch

torch.manual_seed(4)
x_all = torch.randn(128, 8) * 3 + 1
y_all = x_all[:, :3].sum(1, keepdim=True).sin()
W1 = torch.randn(8, 20) / 8 ** 0.5
gamma, beta = torch.ones(20), torch.zeros(20)
W2 = torch.randn(20, 1) * 0.1
running_mean, running_var = torch.zeros(20), torch.ones(20)
mom, eps, bs = 0.1, 1e-5, 32
num_batches = len(x_all) // bs
for epoch in range(5):
    order = torch.randperm(len(x_all))
    for batch in range(num_batches):
        idx = order[batch * bs:(batch + 1) * bs]
        x, y = x_all[idx], y_all[idx]
        z = x @ W1
        mu = z.mean(0)
        zc = z - mu
        var = (zc ** 2).mean(0)
        inv = 1 / torch.sqrt(var + eps)
        zhat = zc * inv
        with torch.no_grad():
            running_mean = (1 - mom) * running_mean + mom * mu
            running_var = (1 - mom) * running_var + mom * var
        bn = gamma * zhat + beta
        act = torch.relu(bn)
        out = act @ W2
        loss = ((out - y) ** 2).mean()

        dout = 2 * (out - y) / bs
        dW2 = act.T @ dout
        dact = dout @ W2.T
        dbn = dact * (bn > 0)
        dgamma = (dbn * zhat).sum(0)
        dbeta = dbn.sum(0)
        dzhat = dbn * gamma
        dz = inv * (dzhat - dzhat.mean(0) - zhat * (dzhat * zhat).mean(0))
        dW1 = x.T @ dz
        lr = 0.1 / (1 + epoch)
        W1 -= lr * dW1
        gamma -= lr * dgamma
        beta -= lr * dbeta
        W2 -= lr * dW2
    print(f"epoch {epoch} loss {loss:.4f}")
