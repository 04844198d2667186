# dWf reads di where df belongs
# exit 1 · accused: line 24 · explained
# says: di where df belongs
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
c0 = torch.randn(6, 4, generator=torch.Generator().manual_seed(2))
# %% parameters
Wi = torch.randn(3, 4) * 0.7
Wf = torch.randn(3, 4) * 0.7
Wg = torch.randn(3, 4) * 0.7
# %% forward
i = torch.sigmoid(x @ Wi)
f = torch.sigmoid(x @ Wf)
g = torch.tanh(x @ Wg)
c = f * c0 + i * g
loss = (c ** 3).sum()
# %% backward
dc = 3 * c ** 2
di = dc * g * i * (1 - i)
df = dc * c0 * f * (1 - f)
dg = dc * i * (1 - g * g)
dWi = x.T @ di
dWf = x.T @ di
dWg = x.T @ dg
# %% update
Wi = Wi - 0.01 * dWi
Wf = Wf - 0.01 * dWf
Wg = Wg - 0.01 * dWg
