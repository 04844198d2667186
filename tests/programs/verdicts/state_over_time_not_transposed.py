# dh is handed on without a transpose; dz is what arrives before every tanh, z the targets
# exit 1 · accused: line 25 · explained
# %% setup
import torch
T = 4
x = torch.randn(T, 5, 3, generator=torch.Generator().manual_seed(1))
z = torch.randn(5, 4, generator=torch.Generator().manual_seed(5))
# %% parameters
W = torch.randn(3, 4) * 0.5
U = torch.randn(4, 4) * 0.5
b = torch.randn(4) * 0.1
# %% forward
hs = [torch.zeros(5, 4)]
for t in range(T):
    hs.append(torch.tanh(x[t] @ W + hs[-1] @ U + b))
loss = ((hs[-1] - z) ** 2).sum()
# %% backward
dW, dU, db = torch.zeros_like(W), torch.zeros_like(U), torch.zeros_like(b)
dh = 2 * (hs[-1] - z)
for t in reversed(range(T)):
    dz = dh * (1 - hs[t + 1] ** 2)
    dW += x[t].T @ dz
    dU += hs[t].T @ dz
    db += dz.sum(0)
    dh = dz @ U
# %% update
W = W - 0.01 * dW
U = U - 0.01 * dU
b = b - 0.01 * db
