import torch
torch.manual_seed(5)
T, B, D, H = 40, 3, 2, 6
series = torch.randn(T, B, D).cumsum(0) * 0.2
Wx = torch.randn(D, H) * 0.3
Wh = torch.randn(H, H) * 0.3
bh = torch.zeros(H)
Wo = torch.randn(H, D) * 0.3
state = torch.zeros(B, H)
lr = 0.05
for t in range(T - 1):
    # one step of truncated backpropagation
    prev = state
    pre = series[t] @ Wx + prev @ Wh + bh
    hidden = torch.tanh(pre)
    guess = hidden @ Wo
    diff = guess - series[t + 1]
    err = (diff ** 2).sum() / B
    ddiff = 2 * diff / B
    dguess = ddiff
    dWo = hidden.T @ dguess
    dhidden = dguess @ Wo.T
    dpre = dhidden * (1 - hidden ** 2)
    dbh = dpre.sum(0)
    dWx = series[t].T @ dpre
    dWh = prev.T @ dpre
    for name, grad in (("Wx", dWx), ("Wh", dWh), ("bh", dbh), ("Wo", dWo)):
        if grad.norm() > 5:
            print("large gradient in", name)
    Wx, Wh, bh, Wo = Wx - lr * dWx, Wh - lr * dWh, bh - lr * dbh, Wo - lr * dWo
    state = hidden.detach()
