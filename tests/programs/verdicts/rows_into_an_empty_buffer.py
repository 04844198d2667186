# right; the forward fills a buffer row by row, and each row is made from the one before
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(3))
# %% parameters
U = torch.randn(3, 2) * 0.6
V = torch.randn(2, 2) * 0.6
# %% forward
states = torch.empty(5, 2)
states[0] = 0.0
for t in range(4):
    states[t + 1] = torch.tanh(x[t] @ U + states[t] @ V)
loss = (states[1:] ** 2).sum()
# %% backward
dU = torch.zeros_like(U)
dV = torch.zeros_like(V)
carry = torch.zeros(2)
for t in reversed(range(4)):
    arriving = 2 * states[t + 1] + carry
    inner = arriving * (1 - states[t + 1] ** 2)
    dU += torch.outer(x[t], inner)
    dV += torch.outer(states[t], inner)
    carry = V @ inner
# %% update
U = U - 0.05 * dU
V = V - 0.05 * dV
