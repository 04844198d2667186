# inner has 1 + h ** 2 for 1 - h ** 2; what the loop carries and both parameters only use it
# exit 1 · accused: line 21 · explained
# never: filled through
# %% setup
import torch
x = torch.randn(3, 4, generator=torch.Generator().manual_seed(89))
# %% parameters
R = torch.randn(4, 4) * 0.4
c = torch.randn(4)
# %% forward
h = [torch.zeros(4)]
loss = 0
for step in range(3):
    h.append(torch.tanh(R @ h[step] + c + x[step]))
    loss = loss + h[-1].prod()
# %% backward
dR, dc = torch.zeros_like(R), torch.zeros_like(c)
later = torch.zeros(4)
for step in (3, 2, 1):
    arriving = h[step].prod() / h[step] + later
    inner = arriving * (1 + h[step] ** 2)
    dc += inner
    dR += torch.outer(inner, h[step - 1])
    later = R.T @ inner
# %% update
R = R - 0.1 * dR
c = c - 0.1 * dc
