# right; df is the gradient before the sigmoid, although f is the name of what comes after it
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(28))
before = torch.randn(5, 2, generator=torch.Generator().manual_seed(29))
# %% parameters
Wf = torch.randn(3, 2)
Wg = torch.randn(3, 2)
# %% forward
f = torch.sigmoid(x @ Wf)
g = torch.tanh(x @ Wg)
c = f * before + (1 - f) * g
loss = (c ** 2).sum()
# %% backward
dc = 2 * c
df = dc * (before - g) * f * (1 - f)
dg = dc * (1 - f) * (1 - g ** 2)
dWf = x.T @ df
dWg = x.T @ dg
# %% update
Wf = Wf - 0.1 * dWf
Wg = Wg - 0.1 * dWg
